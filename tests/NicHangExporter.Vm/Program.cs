using System.Globalization;
using NicHangExporter.Vm;
using NicHangExporter.Vm.Figures;

RunDirectory run;
try
{
    run = RunDirectory.Open();
}
catch (Exception error) when (error is IOException or UnauthorizedAccessException)
{
    return Command.Refuse(error.Message);
}
using (run)
    // "by-hand" and "figures [N]" are for people. The test platform handles everything else.
    return args switch
    {
        ["by-hand"] => await Command.RunAsync(ByHand.RunAsync),
        ["figures"] => await Command.RunAsync(() => FiguresCommand.RunAsync(10)),
        ["figures", var text] =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? await Command.RunAsync(() => FiguresCommand.RunAsync(count))
            : Command.Refuse($"figures: {text} is no number of wedges: say 1 or more"),
        _ => await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(
            args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
    };
