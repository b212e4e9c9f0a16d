using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using NicHangExporter.Linux;

namespace NicHangExporter.Persistence;

/// <summary>
/// The form of all persistence files. The marker is the first line, or the second one after <c>#!</c>: <c>#
/// nic-hang-exporter persist BUS sha256:HEX</c>. The checksum covers all other lines. Remarks follow, then the text
/// that the reader of the file applies.
/// </summary>
internal sealed record PersistenceText
{
    private const string Marker = "# nic-hang-exporter persist ";
    private const string Checksum = " sha256:";
    private const string DeviceRemark = "# Device: ";
    private const string ProfileRemark = "# Profile: ";
    private const string SettingsRemark = "# Off: ";
    private const string FolderRemark = "# This folder was made for this file and is removed with it.";

    /// <summary>The bus address in the marker.</summary>
    public required BusAddress Bus { get; init; }

    /// <summary>The name of the NIC when the file was written.</summary>
    public required string Device { get; init; }

    /// <summary>The profile; null for none.</summary>
    public required string? Profile { get; init; }

    /// <summary>What the file keeps off.</summary>
    public required ImmutableArray<string> Settings { get; init; }

    /// <summary>The folder of the file was created for it.</summary>
    public required bool OwnsFolder { get; init; }

    /// <summary>The checksum is wrong: somebody changed the file.</summary>
    public bool IsEdited { get; private init; }

    /// <summary>Makes the whole text.</summary>
    /// <param name="shebang">True for a script that the kernel starts.</param>
    /// <param name="removal">How to remove the file by hand, one remark a line.</param>
    /// <param name="body">What the reader applies. Ends in a newline.</param>
    public string Compose(bool shebang, ImmutableArray<string> removal, string body)
    {
        var text = new StringBuilder();
        text.Append(DeviceRemark).Append(Device).Append('\n');
        if (Profile is not null)
            text.Append(ProfileRemark).Append(Profile).Append('\n');
        text.Append(SettingsRemark).AppendJoin(' ', Settings).Append('\n');
        text.Append("# Keeps these settings off after a reboot. To remove it, run: nic-hang-exporter unpersist ");
        text.Append(Bus).Append('\n');
        foreach (var line in removal)
            text.Append("# ").Append(line).Append('\n');
        if (OwnsFolder)
            text.Append(FolderRemark).Append('\n');
        text.Append(body);
        var first = shebang ? "#!/bin/sh\n" : "";
        return $"{first}{Marker}{Bus}{Checksum}{Sum(first + text)}\n{text}";
    }

    /// <summary>Reads a file; null if it has no marker, so that it is not ours.</summary>
    public static PersistenceText? Parse(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var start = text.StartsWith("#!", StringComparison.Ordinal) ? text.IndexOf('\n', StringComparison.Ordinal) + 1
            : 0;
        var end = text.IndexOf('\n', start);
        if (end < 0 || text[start..end] is not { } marker || !marker.StartsWith(Marker, StringComparison.Ordinal)
            || marker[Marker.Length..].Split(Checksum) is not [var address, var sum]
            || !BusAddress.TryParse(address, out var bus))
            return null;
        var others = text[..start] + text[(end + 1)..];
        var lines = others.Split('\n');
        return new PersistenceText
        {
            Bus = bus,
            Device = Remark(lines, DeviceRemark) ?? "",
            Profile = Remark(lines, ProfileRemark),
            Settings = [.. (Remark(lines, SettingsRemark) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)],
            OwnsFolder = lines.Contains(FolderRemark),
            IsEdited = sum != Sum(others),
        };
    }

    private static string? Remark(string[] lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..];

    private static string Sum(string lines) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lines)));
}
