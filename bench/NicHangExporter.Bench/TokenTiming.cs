using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using NicHangExporter.Api.Auth;
using NicHangExporter.Metrics;
using NicHangExporter.Options;

namespace NicHangExporter.Bench;

/// <summary>
/// Tests whether the time of a refusal depends on the wrong token. It compares tokens that differ from the right one
/// only in the last character with tokens that differ in every character, in random order. As a control, it also
/// measures a comparison that stops at the first difference.
/// </summary>
internal static class TokenTiming
{
    private const int Samples = 100_000;

    // The time of a hash depends on where its text is in memory, by fractions of a nanosecond.
    private const int Copies = 256;

    private const double Limit = 4.5;
    private static readonly double NanosecondsPerTick = 1e9 / Stopwatch.Frequency;

    public static void Run(string work)
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var path = Path.Combine(work, "bench.token");
        File.WriteAllText(path, token);
        File.SetUnixFileMode(path, UnixFileMode.UserRead);
        if (TokenFile.TryParse($"bench:admin={path}", out var file) is { } problem)
            throw new InvalidOperationException(problem);
        var store = new CredentialStore(
            new ExporterOptions { Api = new() { TokenFiles = [file!] } }, new ExporterMetrics(), TimeProvider.System,
            NullLogger<CredentialStore>.Instance);
        var near = "Bearer " + token[..^1] + (token[^1] == '0' ? '1' : '0');
        var far = "Bearer " + string.Concat(token.Select(character => character == '0' ? '1' : '0'));
        Require(
            store.Authenticate("Bearer " + token) is not null
                && store.Authenticate(near) is null
                && store.Authenticate(far) is null);

        const string Block = "token";
        Page.Begin(Block, $"A wrong token, {Samples / 1000},000 refusals of each kind");
        Page.Head("comparison", "near miss, ns", "far miss, ns", "difference, ns", "Welch's t", "it tells (over 4.5)");
        Print(
            "the exporter's, with hash and files",
            Measure(near, far, header => store.Authenticate(header) is not null));
        // A long token, because the clock could not resolve the difference for a short one.
        var (secret, nearly, hardly) = (new string('a', 4096), new string('a', 4095) + 'b', new string('b', 4096));
        Print("control: 4 kB, character by character", Measure(nearly, hardly, text => StopsEarly(text, secret)));
        Page.End(Block);
    }

    private static (Welch Near, Welch Far) Measure(string near, string far, Func<string, bool> accepts)
    {
        var (first, second) = (new List<double>(Samples), new List<double>(Samples));
        var copies = new string[2 * Copies];
        var places = Enumerable.Range(0, copies.Length).ToArray();
        Random.Shared.Shuffle(places);
        foreach (var place in places)
            copies[place] = new string((place % 2 == 0 ? near : far).AsSpan());
        for (var round = 0; round < 10_000; round++)
            Require(!accepts(copies[round % copies.Length]));
        while (first.Count < Samples || second.Count < Samples)
        {
            var isNear = second.Count == Samples || first.Count < Samples && Random.Shared.Next(2) == 0;
            var copy = copies[2 * Random.Shared.Next(Copies) + (isNear ? 0 : 1)];
            var began = Stopwatch.GetTimestamp();
            var accepted = accepts(copy);
            // Not a TimeSpan, whose ticks of 100 ns would hide a difference.
            var elapsed = (Stopwatch.GetTimestamp() - began) * NanosecondsPerTick;
            Require(!accepted);
            (isNear ? first : second).Add(elapsed);
        }
        // Outliers come from the scheduler, so the same share is cut off both samples at the same limit.
        var cut = first.Concat(second).Order().ElementAt((int)(Samples * 2 * 0.95));
        return (Welch.Of(first.Where(time => time <= cut)), Welch.Of(second.Where(time => time <= cut)));
    }

    private static void Print(string name, (Welch Near, Welch Far) times)
    {
        var t = Welch.T(times.Near, times.Far);
        Page.Row(
            name, Page.Number(times.Near.Mean, 1), Page.Number(times.Far.Mean, 1),
            Page.Number(times.Near.Mean - times.Far.Mean, 1), Page.Number(t, 2), Math.Abs(t) > Limit ? "yes" : "no");
    }

    private static bool StopsEarly(string left, string right)
    {
        for (var i = 0; i < right.Length; i++)
            if (left[i] != right[i])
                return false;
        return true;
    }

    private static void Require(bool condition)
    {
        if (!condition)
            throw new InvalidOperationException("a token was taken for another");
    }
}
