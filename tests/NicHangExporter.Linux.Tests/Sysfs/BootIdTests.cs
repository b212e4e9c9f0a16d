using NicHangExporter.Linux.Sysfs;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Linux.Tests.Sysfs;

public sealed class BootIdTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("0f8fad5b-d9cb-469f-a165-70867728950e\n")]
    [InlineData("0f8fad5b-d9cb-469f-a165-70867728950e")]
    public void Read_BootId_IsReturned(string content) =>
        Assert.Equal("0f8fad5b-d9cb-469f-a165-70867728950e", BootId.Read(Written(content)));

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("0f8fad5b-d9cb-469f-a165-70867728950\n")]
    [InlineData("0f8fad5b-d9cb-469f-a165-70867728950e0\n")]
    [InlineData("0f8fad5b-d9cb-469f-a165-70867728950e\n\n")]
    [InlineData("0f8fad5bd9cb-469f-a165-70867728950e00\n")]
    [InlineData("0f8fad5b-d9cb-469f-a165-70867728950g\n")]
    [InlineData("{f8fad5b-d9cb-469f-a165-70867728950e}\n")]
    [InlineData("0x8fad5b-d9cb-469f-a165-70867728950e\n")]
    public void Read_WhatIsNoBootId_IsNull(string content) => Assert.Null(BootId.Read(Written(content)));

    [Fact]
    public void Read_NoSuchFile_IsNull() => Assert.Null(BootId.Read(_directory.File("missing")));

    [Fact]
    public void Read_LiveKernel_AgreesWithTheFile()
    {
        Requires.File("/proc/sys/kernel/random/boot_id");
        Assert.Equal(File.ReadAllText("/proc/sys/kernel/random/boot_id").TrimEnd(), BootId.Read("/proc"));
    }

    private string Written(string content)
    {
        Directory.CreateDirectory(_directory.File("sys/kernel/random"));
        File.WriteAllText(_directory.File("sys/kernel/random/boot_id"), content);
        return _directory.Path;
    }
}
