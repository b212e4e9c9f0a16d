using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace NicHangExporter.Web;

/// <summary>
/// Gives Kestrel the process's shared pool of buffers. Its own pools wake the thread pool every ten seconds, to look
/// for buffers to free; the shared pool frees buffers when the garbage collector runs.
/// </summary>
internal sealed class UnwatchedMemoryPools : IMemoryPoolFactory<byte>
{
    /// <inheritdoc/>
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => MemoryPool<byte>.Shared;
}
