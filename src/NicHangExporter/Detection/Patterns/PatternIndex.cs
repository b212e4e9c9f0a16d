using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace NicHangExporter.Detection.Patterns;

/// <summary>
/// Finds rows by the bytes that their format starts with: a hash table of the first three, whose slots hold the first
/// eight of every row.
/// </summary>
internal sealed class PatternIndex
{
    /// <summary>The number of hashed bytes. Every format starts with at least as many literal bytes.</summary>
    public const int KeyLength = 3;

    private const int SlotBits = 10;
    private const uint KeyMask = (1 << 8 * KeyLength) - 1;

    // The rows of slot s are those from _first[s] to _first[s + 1]. Rows with the same key stay in the table's order.
    private readonly ushort[] _first = new ushort[(1 << SlotBits) + 1];
    private readonly HangPattern[] _rows;
    private readonly RowStart[] _starts;

    public PatternIndex(IEnumerable<HangPattern> patterns)
    {
        _rows = [.. patterns.OrderBy(row => Slot(Head(row))).ThenBy(row => (uint)Head(row) & KeyMask)];
        _starts = [.. _rows.Select(row => new RowStart(Head(row), Mask(row)))];
        foreach (var row in _rows)
            _first[Slot(Head(row)) + 1]++;
        for (var slot = 1; slot < _first.Length; slot++)
            _first[slot] += _first[slot - 1];
    }

    /// <summary>False for most texts whose first three bytes no row has.</summary>
    public bool MayKnow(ReadOnlySpan<byte> text)
    {
        var slot = Slot(Head(text));
        return _first[slot] != _first[slot + 1];
    }

    /// <summary>True if the text starts like a row: with its literal start, or with the first eight bytes of
    /// that.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Knows(ReadOnlySpan<byte> text)
    {
        var head = Head(text);
        var slot = Slot(head);
        // Nearly always an empty slot.
        return _first[slot] != _first[slot + 1] && Knows(head, _first[slot], _first[slot + 1]);
    }

    /// <summary>The rows that start with the same three bytes as the text.</summary>
    public ReadOnlySpan<HangPattern> Candidates(ReadOnlySpan<byte> text)
    {
        var head = Head(text);
        var slot = Slot(head);
        int start = _first[slot], end = _first[slot + 1];
        while (start < end && !HasKey(start)) start++;
        while (start < end && !HasKey(end - 1)) end--;
        return _rows.AsSpan(start..end);

        bool HasKey(int at) => (((uint)_starts[at].Head ^ (uint)head) & KeyMask) == 0;
    }

    private bool Knows(ulong head, int start, int end)
    {
        for (var at = start; at < end; at++)
            if ((head & _starts[at].Mask) == _starts[at].Head) return true;
        return false;
    }

    private static ulong Head(HangPattern row) => Head(row.Message.Start.Span);

    // The first eight bytes. A text that is shorter ends with NULs, which no row has.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Head(ReadOnlySpan<byte> text) =>
        text.Length >= sizeof(ulong) ? BinaryPrimitives.ReadUInt64LittleEndian(text) : ShortHead(text);

    private static ulong ShortHead(ReadOnlySpan<byte> text)
    {
        ulong head = 0;
        for (var at = text.Length - 1; at >= 0; at--)
            head = head << 8 | text[at];
        return head;
    }

    private static ulong Mask(HangPattern row) =>
        ulong.MaxValue >> 8 * Math.Max(0, sizeof(ulong) - row.Message.Start.Length);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Slot(ulong head) => (int)(((uint)head & KeyMask) * 0x9E3779B1u >> 32 - SlotBits);

    private readonly record struct RowStart(ulong Head, ulong Mask);
}
