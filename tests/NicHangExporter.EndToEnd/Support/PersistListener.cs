using System.Diagnostics;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// A listener that starts a program for each connection, with the connection as standard input. Perl, because .NET
/// can't start a process with a socket, and Debian always has it.
/// </summary>
internal sealed class PersistListener : IDisposable
{
    private const string Script =
        """
        use Socket;
        my $path = shift;
        socket(my $listener, PF_UNIX, SOCK_STREAM, 0) or die $!;
        bind($listener, sockaddr_un($path)) or die "$path: $!";
        chmod 0666, $path;
        listen($listener, 5) or die $!;
        $| = 1;
        print "listening\n";
        while (accept(my $connection, $listener)) {
            my $child = fork;
            if (!$child) {
                open(STDIN, '<&', $connection) or die $!;
                close $connection;
                exec @ARGV or die $!;
            }
            close $connection;
            waitpid $child, 0;
        }
        """;

    private readonly Process _process;

    /// <param name="path">The path of the socket.</param>
    /// <param name="command">What each connection starts.</param>
    public PersistListener(string path, ExporterCommand command)
    {
        Requires.Program("perl");
        _process = Process.Start(new ProcessStartInfo("perl", ["-e", Script, path, .. command.Words])
        {
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("listening", _process.StandardOutput.ReadLine());
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit(Eventually.Limit);
        _process.Dispose();
    }
}
