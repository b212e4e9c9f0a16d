using System.Net;
using NicHangExporter.Web;

namespace NicHangExporter.Tests.Web;

public sealed class ConnectionQuotaTests
{
    private readonly ConnectionQuota _places = new(64);
    private readonly List<(string Name, ConnectionSlot Place)> _open = [];

    [Fact]
    public void OnePeer_HoweverManyItOpens_HasHalf_AndTakesNoneOfOthers()
    {
        Open("192.0.2.2", 20);
        Open("192.0.2.1", 800);

        Assert.Equal((32, 20), (Held("192.0.2.1"), Held("192.0.2.2")));
    }

    [Fact]
    public void Strangers_HoweverMany_LeavePlacesForTheHostItself()
    {
        for (var host = 1; host < 255; host++)
            Open($"192.0.2.{host}", 4);
        Assert.Equal(56, _open.Count);

        Open("127.0.0.1", 8);
        Assert.Equal(64, _open.Count);
        Open("127.0.0.1", 800);
        Assert.Equal(64, _open.Count);
    }

    [Fact]
    public void ThisHost_ByWhateverAddress_IsOnePeer()
    {
        for (var address = 1; address < 255; address++)
            Open($"127.0.{address}.1", 1);
        Open("::1", 10);
        Open("::ffff:127.9.9.9", 10);
        Open("192.0.2.7", 10, local: "192.0.2.7");
        Assert.Equal(32, _open.Count);

        Open("192.0.2.1", 20);
        Assert.Equal(20, Held("192.0.2.1"));
    }

    [Fact]
    public void NewConnection_WhereItsPeerIsFull_TakesThePlaceOfTheOneThatSpokeLeastRecently()
    {
        Open("127.0.0.1", 32);
        var (first, silent) = (_open[0].Place, _open[1].Place);
        first.Begin(ConnectionUse.Page);

        Open("127.0.0.1", 1);
        Assert.DoesNotContain(_open, open => open.Place == silent);
        Open("127.0.0.1", 30);
        Assert.Contains(_open, open => open.Place == first);
        Open("127.0.0.1", 1);
        Assert.DoesNotContain(_open, open => open.Place == first);
    }

    [Fact]
    public void NewConnection_WhereTheOthersDoNotRead_IsNotTheNextToGo()
    {
        Open("127.0.0.1", 32);
        _open.ForEach(open => open.Place.Begin(ConnectionUse.Page));
        Open("127.0.0.1", 1);
        var newest = _open[^1].Place;

        Open("127.0.0.1", 31);
        Assert.Contains(_open, open => open.Place == newest);
    }

    [Fact]
    public void NewConnection_WhereItsPeerIsFull_ClosesOneOfTheAddressThatHasMost()
    {
        Open("127.0.0.1", 2);
        Open("127.0.0.2", 800);
        for (var address = 3; address < 19; address++)
            Open($"127.0.0.{address}", 1);

        Assert.Equal((2, 14), (Held("127.0.0.1"), Held("127.0.0.2")));
    }

    [Fact]
    public void NewConnection_WhereAllAreBusy_TakesThePlaceOfTheOldestPage_AndNoneOfTheApi()
    {
        Open("127.0.0.1", 32);
        _open.ForEach(open => open.Place.Begin(ConnectionUse.Page));
        var second = _open[1].Place;
        _open[0].Place.Begin(ConnectionUse.Api);
        Open("127.0.0.1", 1);
        Assert.DoesNotContain(_open, open => open.Place == second);

        _open.ForEach(open => open.Place.Begin(ConnectionUse.Api));
        Assert.Null(_places.Take(Peer("127.0.0.1"), IPAddress.Loopback, () => Assert.Fail("closed")));
    }

    [Fact]
    public void Place_GivenBack_IsThereForOthers()
    {
        for (var round = 0; round < 1000; round++)
        {
            Open("192.0.2.1", 32);
            _open.ForEach(open => _places.Return(open.Place));
            _open.Clear();
        }
        Open("192.0.2.2", 32);
        Assert.Equal(32, Held("192.0.2.2"));
    }

    [Theory]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("2001:db8::1", "2001:db8::ffff:1", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    [InlineData("127.0.0.1", "127.255.255.254", true)]
    [InlineData("127.0.0.1", "::1", true)]
    [InlineData("::ffff:127.1.2.3", "127.0.0.1", true)]
    [InlineData("128.0.0.1", "127.0.0.1", false)]
    [InlineData("::2", "::1", false)]
    public void Peer_IsThisHost_OrAnAddressOfIPv4_OrANetworkOfIPv6(string one, string other, bool expected) =>
        Assert.Equal(expected, Peer(one) == Peer(other));

    private void Open(string address, int wanted, string? local = null)
    {
        for (var number = 0; number < wanted; number++)
        {
            var place = default(ConnectionSlot);
            place = _places.Take(
                Peer(address, local), IPAddress.Parse(address), () => _open.RemoveAll(open => open.Place == place));
            Assert.NotNull(place);
            _open.Add((address, place));
        }
    }

    private int Held(string address) => _open.Count(open => open.Name == address);

    private static UInt128 Peer(string address, string? local = null) =>
        ConnectionQuota.PeerOf(IPAddress.Parse(address), local is null ? null : IPAddress.Parse(local));
}
