/*
 * Makes an emulated Intel NIC (QEMU's e1000 or e1000e) hang, in a guest that exists only for this purpose.
 *
 *     nic-fault IFACE once                      stop the transmitter: what is queued never completes
 *     nic-fault IFACE deaf                      mask its interrupts: only the kernel's watchdog detects the hang, the
 *                                               driver does not
 *     nic-fault IFACE while tso|tx MS           stop it whenever that offload is on, MS milliseconds after link up
 *     nic-fault IFACE after-tso                 stop it when its counter shows a sent TSO segment, also after a reset
 *     nic-fault IFACE always MS                 stop it again and again, MS milliseconds after link up
 *     nic-fault IFACE clock                     write CLOCK_MONOTONIC five times to the kernel log, which has its own
 *                                               clock
 *     nic-fault IFACE mark                      the same, and send one frame with the time, to relate the clocks of
 *                                               guest and host
 *     nic-fault IFACE flood N                   send N broadcast frames, to fill a queue
 *     nic-fault IFACE kill PID MOMENT JOURNAL   SIGKILL the exporter at a moment: its journal has an "intent", tso is
 *                                               "off", the carrier is away ("dark"), the link is set "down", or the
 *                                               carrier was away and is "back"
 *
 * The program reaches the registers through the PCI device's resource0, which needs iomem=relaxed on the kernel's
 * command line. Lasting faults run until they are killed. Detection, messages and resets are the driver's own.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Offsets in BAR 0 and bits, as in the manual of the 82574 and the drivers' hw.h / regs.h. */
enum {
	STATUS = 0x0008, STATUS_LINK_UP = 2,
	INTERRUPT_MASK_CLEAR = 0x00d8,
	TRANSMIT_CONTROL = 0x0400, TRANSMIT_ENABLE = 2,
	TSO_SEGMENTS_SENT = 0x40f8,
	BAR_BYTES = 0x20000,
};

static const int poll_microseconds = 500;
static const uint16_t experimental_ethertype = 0x88b5;

static const char *interface;
static int control;

static void fail(const char *what)
{
	fprintf(stderr, "nic-fault: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static struct ifreq request(void)
{
	struct ifreq ask = { 0 };

	strncpy(ask.ifr_name, interface, IFNAMSIZ - 1);
	return ask;
}

static int is_on(uint32_t command)
{
	struct ethtool_value value = { .cmd = command };
	struct ifreq ask = request();

	ask.ifr_data = (void *)&value;
	/* A failed query must not count as "off": "off" is one of the moments. */
	if (ioctl(control, SIOCETHTOOL, &ask) != 0)
		fail("SIOCETHTOOL");
	return value.data != 0;
}

static int flags(void)
{
	struct ifreq ask = request();

	if (ioctl(control, SIOCGIFFLAGS, &ask) != 0)
		fail("SIOCGIFFLAGS");
	return ask.ifr_flags;
}

static volatile uint32_t *registers(void)
{
	char path[64 + IFNAMSIZ];
	int file;
	void *bar;

	snprintf(path, sizeof(path), "/sys/class/net/%s/device/resource0", interface);
	file = open(path, O_RDWR | O_SYNC | O_CLOEXEC);
	if (file < 0)
		fail(path);
	bar = mmap(NULL, BAR_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (bar == MAP_FAILED)
		fail("mmap of resource0 (is iomem=relaxed on the command line?)");
	return bar;
}

static void stop_transmitter(volatile uint32_t *bar, const char *why)
{
	uint32_t before = bar[TRANSMIT_CONTROL / 4];

	if (!(before & TRANSMIT_ENABLE))
		return;
	bar[TRANSMIT_CONTROL / 4] = before & ~TRANSMIT_ENABLE;
	printf("%.6f %s stopped: %s\n", monotonic_ns() / 1e9, interface, why);
	fflush(stdout);
}

/* The driver enables the transmitter at link up, and the first packets follow within milliseconds. A fault that must
   act before them needs the highest priority. */
static void go_first(void)
{
	struct sched_param priority = { .sched_priority = 50 };

	if (sched_setscheduler(0, SCHED_FIFO, &priority) != 0)
		fail("SCHED_FIFO");
}

/* Runs until it is killed. The delay starts when transmitter and link work after a time in which they did not. */
static void stop_whenever(volatile uint32_t *bar, uint32_t offload, int64_t delay_ns, const char *why)
{
	int64_t working_since = 0;

	go_first();
	for (;; usleep(poll_microseconds)) {
		int working = (bar[STATUS / 4] & STATUS_LINK_UP) && (bar[TRANSMIT_CONTROL / 4] & TRANSMIT_ENABLE);

		if (!working)
			working_since = 0;
		else if (working_since == 0)
			working_since = monotonic_ns();
		/* Without a delay no packet may leave before the link is known to be up. If the transmitter is stopped
		   already, the offload is not queried: the query takes RTNL, and at this priority the rest of the
		   guest's one processor is too little for the others. */
		if (!(bar[TRANSMIT_CONTROL / 4] & TRANSMIT_ENABLE))
			continue;
		if ((delay_ns == 0 || (working && monotonic_ns() - working_since >= delay_ns)) && (offload == 0 || is_on(offload)))
			stop_transmitter(bar, why);
	}
}

static void stop_after_tso(volatile uint32_t *bar)
{
	go_first();
	for (;; usleep(poll_microseconds))
		if (bar[TSO_SEGMENTS_SENT / 4] != 0)
			stop_transmitter(bar, "a TSO segment was sent");
}

/* GuestLog.cs reads it. A delay may occur between the clock reading and the record; in one of five there is no delay.
   */
static void tell_clock(void)
{
	int file = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);

	if (file < 0)
		fail("/dev/kmsg");
	for (int i = 0; i < 5; i++) {
		char text[64];
		int64_t now = monotonic_ns();
		int length = snprintf(text, sizeof(text), "<6>nic-fault: clock %lld.%06lld\n", (long long)(now / 1000000000), (long long)(now / 1000 % 1000000));

		if (write(file, text, (size_t)length) != length)
			fail("/dev/kmsg");
	}
	close(file);
}

static void send_frames(int count, int is_mark)
{
	struct { uint8_t to[6], from[6]; uint16_t type; char magic[8]; int64_t ns; uint8_t rest[1400]; } __attribute__((packed)) frame = { 0 };
	struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(interface), .sll_halen = 6 };
	size_t length = is_mark ? 60 : sizeof(frame);
	struct ifreq ask = request();
	int wire = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int unlimited = 64 << 20;
	int sent = 0;

	/* The default buffer of one socket is smaller than a ring. */
	if (wire < 0 || setsockopt(wire, SOL_SOCKET, SO_SNDBUFFORCE, &unlimited, sizeof(unlimited)) != 0 || ioctl(control, SIOCGIFHWADDR, &ask) != 0)
		fail("packet socket");
	memset(frame.to, 0xff, sizeof(frame.to));
	memcpy(frame.from, ask.ifr_hwaddr.sa_data, sizeof(frame.from));
	frame.type = htons(experimental_ethertype);
	memcpy(frame.magic, "nichang", 7);
	for (int i = 0; i < count; i++) {
		frame.ns = monotonic_ns();
		if (sendto(wire, &frame, length, 0, (struct sockaddr *)&address, sizeof(address)) > 0)
			sent++;
		else if (is_mark)
			fail("sendto");
		else
			usleep(1000);
	}
	printf("%.6f %s sent %d\n", monotonic_ns() / 1e9, interface, sent);
}

static int tells_of_an_intent(const char *path)
{
	static char text[1 << 20];
	int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = file < 0 ? 0 : read(file, text, sizeof(text));

	if (file >= 0)
		close(file);
	return length > 0 && memmem(text, (size_t)length, "\"event\":\"intent\"", 16) != NULL;
}

/* The thread on which the exporter reads and changes devices. RemediationWorker.cs sets its name. */
static pid_t worker_of(pid_t process)
{
	char path[300], name[32];
	struct dirent *entry;
	DIR *threads;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)process);
	threads = opendir(path);
	if (threads == NULL)
		fail(path);
	while ((entry = readdir(threads)) != NULL) {
		FILE *file;
		int found;

		snprintf(path, sizeof(path), "/proc/%d/task/%s/comm", (int)process, entry->d_name);
		file = fopen(path, "re");
		if (file == NULL)
			continue;
		found = fscanf(file, "%31s", name) == 1 && !strcmp(name, "remediation");
		fclose(file);
		if (found) {
			closedir(threads);
			return atoi(entry->d_name);
		}
	}
	errno = ESRCH;
	fail("a thread named remediation");
	return -1;
}

/* The moment after a call that may bring it. */
static int has_come(const char *moment, const char *path)
{
	if (!strcmp(moment, "intent"))
		return tells_of_an_intent(path);
	return !strcmp(moment, "off") ? !is_on(ETHTOOL_GTSO) : !(flags() & IFF_UP);
}

/* Stops that thread before and after each of its system calls. Returns while it is stopped after the first call that
   brings the moment: the ioctl that turns an offload off or sets the link down, the fsync of the journal. Polling from
   outside would be too slow for "off": each query waits for RTNL, which the victim takes again before the waiter gets
   it. "down" is short, and polling at this priority that is frequent enough for it takes up to half of the guest's one
   processor. */
static void step_until(pid_t process, const char *moment, const char *path)
{
	uint64_t brings_it = !strcmp(moment, "intent") ? SYS_fsync : SYS_ioctl;
	uint64_t call = UINT64_MAX;
	pid_t worker = worker_of(process);
	int status;

	if (ptrace(PTRACE_SEIZE, worker, NULL, PTRACE_O_TRACESYSGOOD) != 0 || ptrace(PTRACE_INTERRUPT, worker, NULL, NULL) != 0)
		fail("ptrace");
	for (;;) {
		int at_call, signal;

		if (waitpid(worker, &status, __WALL) != worker)
			fail("waitpid");
		if (!WIFSTOPPED(status)) {
			errno = ESRCH;
			fail("the exporter has ended on its own");
		}
		at_call = WSTOPSIG(status) == (SIGTRAP | 0x80);
		if (at_call) {
			struct __ptrace_syscall_info stop;

			if (ptrace(PTRACE_GET_SYSCALL_INFO, worker, sizeof(stop), &stop) <= 0)
				fail("PTRACE_GET_SYSCALL_INFO");
			if (stop.op == PTRACE_SYSCALL_INFO_ENTRY)
				call = stop.entry.nr;
			else if (call == brings_it && has_come(moment, path))
				return;
		}
		/* Signals to the victim are passed on. A stop of the tracing itself is not. */
		signal = at_call || status >> 16 == PTRACE_EVENT_STOP ? 0 : WSTOPSIG(status);
		if (ptrace(PTRACE_SYSCALL, worker, NULL, (void *)(intptr_t)signal) != 0)
			fail("ptrace");
	}
}

static int carrier_changes(void)
{
	char path[64 + IFNAMSIZ];
	int changes = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/class/net/%s/carrier_changes", interface);
	file = fopen(path, "re");
	if (file == NULL || fscanf(file, "%d", &changes) != 1)
		fail(path);
	fclose(file);
	return changes;
}

/* Also reports the state of the NIC right after the kill, to distinguish a late kill from one in time. */
static void kill_when(pid_t process, const char *moment, const char *path)
{
	int links = carrier_changes();
	int state, changes;

	/* Before the victim can take its next step. */
	go_first();
	if (strcmp(moment, "dark") && strcmp(moment, "back"))
		step_until(process, moment, path);
	/* No system call of the victim brings these, and each lasts for half a second or more. */
	else for (;; usleep(4 * poll_microseconds))
		if (!strcmp(moment, "dark") ? !(flags() & IFF_RUNNING)
		    : carrier_changes() >= links + 2 && (flags() & IFF_RUNNING))
			break;
	if (kill(process, SIGKILL) != 0)
		fail("kill");
	state = flags();
	changes = carrier_changes();
	/* Last, because it waits for RTNL, which a victim in the middle of a system call still holds. */
	printf("%.6f killed %d: %s, up=%d running=%d carrier_changes=%d ", monotonic_ns() / 1e9, (int)process, moment, !!(state & IFF_UP), !!(state & IFF_RUNNING), changes);
	printf("tso=%d\n", is_on(ETHTOOL_GTSO));
}

static int usage(void)
{
	fputs("usage: see the head of nic-fault.c\n", stderr);
	return 2;
}

static int is_moment(const char *word)
{
	return !strcmp(word, "intent") || !strcmp(word, "off") || !strcmp(word, "dark") || !strcmp(word, "down") || !strcmp(word, "back");
}

int main(int count, char **words)
{
	const char *what = count > 2 ? words[2] : "";
	volatile uint32_t *bar;

	if (count < 3)
		return usage();
	interface = words[1];
	control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (control < 0)
		fail("socket");
	if (!strcmp(what, "clock"))
		return tell_clock(), 0;
	if (!strcmp(what, "mark"))
		return tell_clock(), send_frames(1, 1), 0;
	if (!strcmp(what, "flood") && count == 4)
		return send_frames(atoi(words[3]), 0), 0;
	if (!strcmp(what, "kill") && count == 6 && is_moment(words[4]))
		return kill_when(atoi(words[3]), words[4], words[5]), 0;

	bar = registers();
	if (!strcmp(what, "once"))
		stop_transmitter(bar, "once");
	else if (!strcmp(what, "deaf"))
		bar[INTERRUPT_MASK_CLEAR / 4] = 0xffffffff;
	else if (!strcmp(what, "while") && count == 5 && (!strcmp(words[3], "tso") || !strcmp(words[3], "tx")))
		stop_whenever(bar, strcmp(words[3], "tso") ? ETHTOOL_GTXCSUM : ETHTOOL_GTSO, atoi(words[4]) * 1000000LL, words[3]);
	else if (!strcmp(what, "always") && count == 4)
		stop_whenever(bar, 0, atoi(words[3]) * 1000000LL, "always");
	else if (!strcmp(what, "after-tso"))
		stop_after_tso(bar);
	else
		return usage();
	return 0;
}
