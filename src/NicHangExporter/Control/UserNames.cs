using System.Globalization;
using System.Text;
using NicHangExporter.Linux;

namespace NicHangExporter.Control;

/// <summary>
/// Names of users, for the record. Only the file is asked (passwd(5)): the name service may be on the network, which is what has just failed.
/// </summary>
internal static class UserNames
{
    /// <summary>Where users are listed.</summary>
    public const string File = "/etc/passwd";

    /// <summary>The name of a user; <c>uid 1000</c> where the file does not tell.</summary>
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
            // The number says as much.
        }
        return "uid " + number;
    }
}
