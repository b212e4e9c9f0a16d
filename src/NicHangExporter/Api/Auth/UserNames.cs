using System.Globalization;
using System.Text;
using NicHangExporter.Linux;

namespace NicHangExporter.Api.Auth;

/// <summary>
/// Names of users, for the journal. Reads only /etc/passwd (passwd(5)): the name service may be on the network, which
/// may be down.
/// </summary>
internal static class UserNames
{
    public const string File = "/etc/passwd";

    /// <summary>The name of a user; <c>uid 1000</c> for one that is not in the file.</summary>
    public static string Of(uint uid, string file = File)
    {
        var number = uid.ToString(CultureInfo.InvariantCulture);
        try
        {
            foreach (var line in System.IO.File.ReadLines(file, Encoding.UTF8))
                if (line.Split(':') is [{ Length: > 0 and <= 64 } name, _, var id, ..] && id == number)
                    return KernelText.Escape(Encoding.UTF8.GetBytes(name));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The number is enough.
        }
        return "uid " + number;
    }
}
