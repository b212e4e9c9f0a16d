using System.Globalization;
using NicHangExporter.Vm;
using NicHangExporter.Vm.Figures;

// "by-hand" and "figures [N]" are for people; everything else is the test platform's.
return args switch
{
    ["by-hand"] => await ByHand.RunAsync(),
    ["figures"] => await FiguresCommand.RunAsync(10),
    ["figures", var count] => await FiguresCommand.RunAsync(int.Parse(count, CultureInfo.InvariantCulture)),
    _ => await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
};
