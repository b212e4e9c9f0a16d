using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Alerting;
using NicHangExporter.Web;

namespace NicHangExporter.Tests.AlertDelivery;

/// <summary>Lookups of names, with a name server that the test controls.</summary>
public sealed class NameLookupTests : IDisposable
{
    private static readonly TimeSpan TestTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Share = TimeSpan.FromSeconds(1);
    private static readonly IPAddress[] Somewhere = [IPAddress.Parse("192.0.2.7"), IPAddress.Parse("2001:db8::7")];

    private readonly FakeTimeProvider _clock = new();
    private readonly ManualResetEvent _served = new(false);
    private readonly ConcurrentQueue<string> _asked = [];
    private readonly NameLookup _names;
    private Func<string, IPAddress[]> _find = _ => Somewhere;

    public NameLookupTests() => _names = new NameLookup(name =>
    {
        _asked.Enqueue(name);
        return _find(name);
    }, _clock);

    public void Dispose()
    {
        _served.Set();
        _names.Dispose();
    }

    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("2001:db8::1")]
    [InlineData("[2001:db8::1]")]
    public async Task Address_NeedsNoLookup(string host)
    {
        Assert.Equal(IPAddress.Parse(host), Assert.Single(await FindAsync(host)));
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task Name_IsLookedUpOnAThreadOfItsOwnThatEndsWithTheProcess()
    {
        Thread? thread = null;
        var isOfThePool = true;
        _find = _ =>
        {
            (thread, isOfThePool) = (Thread.CurrentThread, Thread.CurrentThread.IsThreadPoolThread);
            return Somewhere;
        };
        Assert.Equal(Somewhere, await FindAsync("am-1.example"));
        Assert.Equal(("names", true, false), (thread!.Name, thread.IsBackground, isOfThePool));
    }

    [Fact]
    public async Task LookupThatNeverReturns_HoldsUpNoCallerBeyondItsOwnLimit()
    {
        var never = Block();
        using var end = new CancellationTokenSource();
        Task<IReadOnlyList<IPAddress>>[] asked = [.. Enumerable.Range(1, 6)
            .Select(number => _names.FindAsync($"am-{number}.example", Share, end.Token))];
        await never;
        Assert.All(asked, ask => Assert.False(ask.IsCompleted));
        await end.CancelAsync();
        foreach (var ask in asked)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ask);
        Assert.Equal(["am-1.example"], _asked);
    }

    [Fact]
    public async Task NameThatNobodyWaitsForAnyMore_IsSkipped()
    {
        var blocked = Block();
        var first = FindAsync("am-1.example");
        await blocked;
        using var giveUp = new CancellationTokenSource();
        var second = _names.FindAsync("am-2.example", Share, giveUp.Token);
        var third = FindAsync("am-3.example");
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        _served.Set();
        await first;
        await third;
        Assert.Equal(["am-1.example", "am-3.example"], _asked);
        // A later caller gets an answer.
        Assert.Equal(Somewhere, await FindAsync("am-2.example"));
    }

    [Fact]
    public async Task SameName_IsLookedUpOnceForAllCallers()
    {
        var blocked = Block();
        var first = FindAsync("am-1.example");
        await blocked;
        var others = new[] { FindAsync("am-1.example"), FindAsync("AM-1.example") };
        _served.Set();
        foreach (var ask in others.Append(first))
            Assert.Equal(Somewhere, await ask);
        Assert.Single(_asked);
    }

    [Fact]
    public async Task LastAddresses_AreUsedWhenTheLookupFails()
    {
        await FindAsync("am-1.example");
        _find = _ => throw new SocketException((int)SocketError.TryAgain);
        Assert.Equal(Somewhere, await FindAsync("am-1.example"));
        await Assert.ThrowsAsync<SocketException>(() => FindAsync("am-2.example"));
        _find = _ => [];
        Assert.Equal(Somewhere, await FindAsync("am-1.example"));
        await Assert.ThrowsAsync<SocketException>(() => FindAsync("am-2.example"));
    }

    [Fact]
    public async Task LastAddresses_AreUsedWhenTheLookupIsSlow_AndItsAnswerAfterwards()
    {
        await FindAsync("am-1.example");
        IPAddress[] moved = [IPAddress.Parse("192.0.2.8")];
        var blocked = Block(moved);
        var ask = FindAsync("am-1.example");
        await blocked;
        Assert.False(ask.IsCompleted);
        _clock.Advance(Share);
        Assert.Equal(Somewhere, await ask);
        _served.Set();
        // One thread looks up one name after the other, so the lookup before is answered too.
        await FindAsync("am-2.example");
        _find = _ => throw new SocketException((int)SocketError.TryAgain);
        Assert.Equal(moved, await FindAsync("am-1.example"));
    }

    [Fact]
    public async Task FaultOfALookup_ReachesTheCallerAndEndsNothing()
    {
        _find = _ => throw new ArgumentOutOfRangeException("hostName");
        await Assert.ThrowsAsync<SocketException>(() => FindAsync("am-1.example"));
        _find = _ => Somewhere;
        Assert.Equal(Somewhere, await FindAsync("am-1.example"));
    }

    [Fact]
    public async Task Connect_TriesEachAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        // Nobody listens at the first two addresses.
        _find = _ => [IPAddress.IPv6Loopback, IPAddress.Parse("127.0.0.2"), IPAddress.Loopback];
        var route = new AddressConnector(_names, TimeSpan.FromSeconds(5), _clock);
        await using var stream = await route.ConnectAsync("am-1.example", port, TestContext.Current.CancellationToken)
            .WaitAsync(TestTimeout, TestContext.Current.CancellationToken);
        using var accepted = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await accepted.GetStream().WriteAsync("x"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.Equal('x', stream.ReadByte());

        _find = _ => [IPAddress.IPv6Loopback, IPAddress.Parse("127.0.0.2")];
        var refused = await Assert.ThrowsAsync<SocketException>(() =>
            route.ConnectAsync("am-1.example", port, TestContext.Current.CancellationToken));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    // The next lookup blocks until the test sets _served.
    private Task Block(IPAddress[]? answer = null)
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _find = _ =>
        {
            entered.TrySetResult();
            _served.WaitOne();
            return answer ?? Somewhere;
        };
        return entered.Task.WaitAsync(TestTimeout, TestContext.Current.CancellationToken);
    }

    private Task<IReadOnlyList<IPAddress>> FindAsync(string host) =>
        _names.FindAsync(host, Share, TestContext.Current.CancellationToken)
            .WaitAsync(TestTimeout, TestContext.Current.CancellationToken);
}
