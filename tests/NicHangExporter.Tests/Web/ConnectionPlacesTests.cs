using System.Net;
using NicHangExporter.Web;

namespace NicHangExporter.Tests.Web;

public sealed class ConnectionPlacesTests
{
    private readonly ConnectionPlaces _places = new(64);

    [Fact]
    public void OnePeer_GetsHalf_AndAnotherTheRest()
    {
        Assert.Equal(32, Take("192.0.2.1", 800));
        Assert.Equal(24, Take("192.0.2.2", 800));
        Assert.Equal(0, Take("192.0.2.3", 1));
    }

    [Fact]
    public void Strangers_HoweverMany_LeavePlacesForTheHostItself()
    {
        var taken = 0;
        for (var host = 1; host < 255; host++)
            taken += Take($"192.0.2.{host}", 4);

        Assert.Equal(56, taken);
        Assert.Equal(32, Take("127.0.0.1", 800, isStranger: false));
    }

    [Fact]
    public void Place_GivenBack_IsThereForOthers()
    {
        var peer = Peer("192.0.2.1");
        for (var round = 0; round < 1000; round++)
        {
            Assert.Equal(32, Take("192.0.2.1", 800));
            for (var place = 0; place < 32; place++)
                _places.Return(peer, isStranger: true);
        }
        Assert.Equal(32, Take("192.0.2.2", 800));
    }

    [Theory]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("2001:db8::1", "2001:db8::ffff:1", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    public void Peer_IsAnAddressOfIPv4_OrANetworkOfIPv6(string one, string other, bool expected) =>
        Assert.Equal(expected, Peer(one) == Peer(other));

    private int Take(string peer, int wanted, bool isStranger = true) => Enumerable.Range(0, wanted).Count(_ => _places.TryTake(Peer(peer), isStranger));

    private static UInt128 Peer(string address) => ConnectionPlaces.PeerOf(IPAddress.Parse(address));
}
