/* Two lower bounds of a scrape: the counters of all devices from sysfs, a file for each value (openat from the
   directory of the device, read, close), and from one read of /proc/net/dev, which is kept open. It does nothing with
   what it reads. Prints the CPU time of one pass of each in microseconds, separated by a blank.

   With the argument "wakes" or "reads" it wakes once a second instead, until it is killed, and with "reads" it then
   reads /proc/net/dev. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const files[] = {
	"statistics/collisions", "statistics/multicast", "statistics/rx_bytes", "statistics/rx_compressed",
	"statistics/rx_crc_errors", "statistics/rx_dropped", "statistics/rx_errors", "statistics/rx_fifo_errors",
	"statistics/rx_frame_errors", "statistics/rx_length_errors", "statistics/rx_missed_errors",
	"statistics/rx_nohandler", "statistics/rx_over_errors", "statistics/rx_packets",
	"statistics/tx_aborted_errors", "statistics/tx_bytes", "statistics/tx_carrier_errors",
	"statistics/tx_compressed", "statistics/tx_dropped", "statistics/tx_errors", "statistics/tx_fifo_errors",
	"statistics/tx_heartbeat_errors", "statistics/tx_packets", "statistics/tx_window_errors",
	"carrier_changes", "mtu", "operstate",
};

static unsigned long sum;

static void slurp(int directory, const char *path)
{
	char buffer[64];
	int file = openat(directory, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (file < 0)
		return;
	if (read(file, buffer, sizeof(buffer)) > 0)
		sum += buffer[0];
	close(file);
}

static void queues(int device)
{
	char path[300];
	int directory = openat(device, "queues", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = directory < 0 ? NULL : fdopendir(directory);

	if (!entries)
		return;
	for (struct dirent *entry; (entry = readdir(entries));)
		if (!strncmp(entry->d_name, "tx-", 3)) {
			snprintf(path, sizeof(path), "queues/%s/tx_timeout", entry->d_name);
			slurp(device, path);
		}
	closedir(entries);
}

static void read_sysfs(void)
{
	char path[300], link[4096];
	DIR *devices = opendir("/sys/class/net");

	if (!devices)
		return;
	for (struct dirent *entry; (entry = readdir(devices));) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/sys/class/net/%s", entry->d_name);
		int device = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (device < 0)
			continue;
		sum += readlinkat(device, "device", link, sizeof(link)) > 0;
		for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
			slurp(device, files[i]);
		queues(device);
		close(device);
	}
	closedir(devices);
}

static int procfs = -1;

/* A read returns at most a page, which ends with a whole line. */
static void read_procfs(void)
{
	static char buffer[65536];
	off_t offset = 0;

	for (ssize_t count; (count = pread(procfs, buffer, sizeof(buffer), offset)) > 0; offset += count)
		sum += buffer[0];
}

static double cpu(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static double measure(void (*pass)(void))
{
	int passes = 0;

	pass();
	double start = cpu(), end;
	do {
		pass();
		passes++;
		end = cpu();
	} while (end - start < 3e5);
	return (end - start) / passes;
}

static void wake(int reads)
{
	struct timespec next;

	clock_gettime(CLOCK_MONOTONIC, &next);
	for (;;) {
		next.tv_sec++;
		while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL))
			;
		if (reads)
			read_procfs();
	}
}

int main(int count, char **arguments)
{
	procfs = open("/proc/self/net/dev", O_RDONLY | O_CLOEXEC);
	if (procfs < 0) {
		perror("floor: /proc/self/net/dev");
		return 1;
	}
	if (count > 1)
		wake(!strcmp(arguments[1], "reads"));
	double sysfs = measure(read_sysfs);
	printf("%.1f %.1f\n", sysfs, measure(read_procfs));
	return sum == 0;
}
