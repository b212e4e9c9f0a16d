using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace NicHangExporter.Tests.Web;

/// <summary>
/// The first message of a TLS client, byte by byte (RFC 5246, section 7.4.1.2). Today's libraries refuse old versions,
/// so a test with a library would only test the library.
/// </summary>
internal static class ClientHello
{
    /// <summary>The type of a record that holds a handshake message.</summary>
    public const byte Handshake = 22;

    /// <summary>The type of a record that holds an alert.</summary>
    public const byte Alert = 21;

    /// <summary>Sends one, and reads the record that answers it.</summary>
    /// <param name="server">Where to.</param>
    /// <param name="version">The highest version that it speaks: 0x0301 for TLS 1.0.</param>
    /// <returns>Type and content; type 0 where the server hung up without a word.</returns>
    public static async Task<(byte Type, byte[] Content)> SendAsync(IPEndPoint server, ushort version)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        await stream.WriteAsync(Record(version), TestContext.Current.CancellationToken);
        var header = new byte[5];
        try
        {
            if (await stream.ReadAtLeastAsync(
                header, header.Length, throwOnEndOfStream: false,
                TestContext.Current.CancellationToken) < header.Length)
                return (0, []);
            var content = new byte[BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(3))];
            await stream.ReadExactlyAsync(content, TestContext.Current.CancellationToken);
            return (header[0], content);
        }
        catch (IOException)
        {
            return (0, []);
        }
    }

    private static byte[] Record(ushort version)
    {
        byte[] extensions =
        [
            // supported_groups: x25519, secp256r1; ec_point_formats: uncompressed
            0, 10, 0, 6, 0, 4, 0, 29, 0, 23,
            0, 11, 0, 2, 1, 0,
            // signature_algorithms: ecdsa_secp256r1_sha256, rsa_pss_rsae_sha256, rsa_pkcs1_sha256, ecdsa_sha1,
            // rsa_pkcs1_sha1
            0, 13, 0, 12, 0, 10, 4, 3, 8, 4, 4, 1, 2, 3, 2, 1,
        ];
        // ECDHE with AES in GCM and CBC, for keys of both kinds, the oldest last.
        byte[] suites = [0xc0, 0x2b, 0xc0, 0x2f, 0xc0, 0x09, 0xc0, 0x13, 0x00, 0x2f];
        byte[] body = [.. Two(version), .. new byte[32], 0, .. Two(suites.Length), .. suites, 1, 0,
            .. Two(extensions.Length), .. extensions];
        byte[] message = [1, 0, .. Two(body.Length), .. body];
        return [Handshake, 3, 1, .. Two(message.Length), .. message];
    }

    private static byte[] Two(int value) => [(byte)(value >> 8), (byte)value];
}
