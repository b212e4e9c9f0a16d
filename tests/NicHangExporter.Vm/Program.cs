using NicHangExporter.Vm;

// "by-hand" and "figures [N]" are for people; everything else is the test platform's.
if (args is ["by-hand"])
    return await ByHand.RunAsync();
if (args.Any(argument => argument is "--server" or "--internal-msbuild-node"))
    return await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
return await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
