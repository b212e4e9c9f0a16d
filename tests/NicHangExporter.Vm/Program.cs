using System.Globalization;
using NicHangExporter.Vm;
using NicHangExporter.Vm.Figures;

// "by-hand" and "figures [N]" are for people; everything else is the test platform's.
return args switch
{
    ["by-hand"] => await ByHand.RunAsync(),
    ["figures"] => await FiguresCommand.RunAsync(10),
    ["figures", var text] => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
        ? await FiguresCommand.RunAsync(count)
        : Complain($"figures: {text} is no number of wedges: say 1 or more"),
    _ => await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
};

static int Complain(string what)
{
    Console.Error.WriteLine(what);
    return 1;
}
