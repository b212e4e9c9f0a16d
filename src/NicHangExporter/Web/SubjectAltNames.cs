using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace NicHangExporter.Web;

/// <summary>
/// The names in a certificate's subjectAltName (RFC 5280, section 4.2.1.6): DNS names, e-mail addresses, URIs and IP
/// addresses. The framework's class has only two of the four.
/// </summary>
internal static class SubjectAltNames
{
    private const string Oid = "2.5.29.17";

    /// <summary>The names as text; none if the extension is missing or malformed.</summary>
    public static IReadOnlyList<string> Read(X509Certificate2 certificate)
    {
        var names = new List<string>();
        try
        {
            foreach (var extension in certificate.Extensions.Where(extension => extension.Oid?.Value == Oid))
            {
                var sequence = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
                while (sequence.HasData)
                    if (Next(sequence) is { } name)
                        names.Add(name);
            }
            return names;
        }
        catch (AsnContentException)
        {
            return [];
        }
    }

    private static string? Next(AsnReader sequence)
    {
        var tag = sequence.PeekTag();
        switch (tag)
        {
            // rfc822Name, dNSName, uniformResourceIdentifier
            case { TagClass: TagClass.ContextSpecific, TagValue: 1 or 2 or 6 }:
                return sequence.ReadCharacterString(UniversalTagNumber.IA5String, tag);
            // iPAddress: 4 or 16 bytes
            case { TagClass: TagClass.ContextSpecific, TagValue: 7 }:
                var bytes = sequence.ReadOctetString(tag);
                return bytes.Length is 4 or 16 ? new IPAddress(bytes).ToString() : null;
            default:
                sequence.ReadEncodedValue();
                return null;
        }
    }
}
