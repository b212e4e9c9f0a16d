using NicHangExporter.Bench;

// bench/run starts this program. It makes the namespaces and the programs to compare. Tables on stdout, progress on
// stderr.
switch (args)
{
    case ["scrape", var devices, var exporter, var nodeExporter, var floor]:
        await ScrapeComparison.RunAsync(devices, exporter, nodeExporter, floor);
        return 0;
    case ["kmsg", var recordings, var work, var mtail, var program]:
        KmsgComparison.Run(recordings, work, mtail, program);
        return 0;
    case ["heal", var device, var work]:
        await HealingTime.RunAsync(device, work);
        return 0;
    case ["token", var work]:
        TokenTiming.Run(work);
        return 0;
    case ["heal-once", var device, var work]:
        await new HangingHost(work, device).HealAsync();
        return 0;
    default:
        await Console.Error.WriteLineAsync(
            "usage: NicHangExporter.Bench scrape DEVICES EXPORTER NODE_EXPORTER FLOOR | kmsg RECORDINGS WORK MTAIL "
            + "PROGRAM | heal DEVICE WORK | token WORK | heal-once DEVICE WORK");
        return 2;
}
