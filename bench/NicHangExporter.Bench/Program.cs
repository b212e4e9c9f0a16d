using System.Globalization;
using NicHangExporter.Bench;

// bench/run starts this program. It makes the namespaces and the programs to compare. Tables on stdout, progress on
// stderr, numbers for the table of goals into the directory WORK.
switch (args)
{
    case ["scrape", var devices, var exporter, var nodeExporter, var work, var far, var floor]:
        ScrapeComparison.Run(Place.Of(devices, exporter, nodeExporter, work, far), floor);
        return 0;
    case ["idle", var devices, var exporter, var nodeExporter, var work, var far, var floor]:
        await IdleComparison.RunAsync(Place.Of(devices, exporter, nodeExporter, work, far), floor);
        return 0;
    case ["load", var devices, var exporter, var nodeExporter, var work, var far]:
        await LoadComparison.RunAsync(Place.Of(devices, exporter, nodeExporter, work, far));
        return 0;
    case ["rtnl", var devices, var exporter, var nodeExporter, var work, var far, var seconds, var holder]:
        await RtnlComparison.RunAsync(
            Place.Of(devices, exporter, nodeExporter, work, far),
            TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture)), holder);
        return 0;
    case ["calls", var devices, var exporter, var nodeExporter, var work, var far]:
        await SystemCalls.RunAsync(Place.Of(devices, exporter, nodeExporter, work, far));
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
    case ["report", var exporter, var nodeExporter, var work]:
        Report.Print(Place.Of("0", exporter, nodeExporter, work, far: ""));
        return 0;
    case ["heal-once", var device, var work]:
        await new HangingHost(work, device).HealAsync();
        return 0;
    default:
        await Console.Error.WriteLineAsync(
            """
            usage: NicHangExporter.Bench COMMAND
              scrape DEVICES EXPORTER NODE_EXPORTER WORK FAR FLOOR
              idle DEVICES EXPORTER NODE_EXPORTER WORK FAR FLOOR
              load DEVICES EXPORTER NODE_EXPORTER WORK FAR
              rtnl DEVICES EXPORTER NODE_EXPORTER WORK FAR SECONDS RTNL_HOLD
              calls DEVICES EXPORTER NODE_EXPORTER WORK FAR
              kmsg RECORDINGS WORK MTAIL PROGRAM
              heal DEVICE WORK
              token WORK
              report EXPORTER NODE_EXPORTER WORK
              heal-once DEVICE WORK
            """);
        return 2;
}
