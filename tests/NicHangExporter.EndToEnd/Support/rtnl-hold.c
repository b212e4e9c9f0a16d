/*
 * Holds the kernel's RTNL lock for a number of milliseconds, like a driver that is stuck in a reset.
 *
 *     rtnl-hold MILLISECONDS
 *
 * An ethtool request lies across the border of two pages, and the second page is registered with userfaultfd(2). The
 * kernel takes RTNL, carries out the request, and writes the answer. It faults on the missing page while it holds RTNL,
 * and sleeps until this program provides the page. The program prints "held" when the fault occurs, and "released" at
 * the end.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <linux/userfaultfd.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static void die(const char *what)
{
	fprintf(stderr, "rtnl-hold: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* The names of all features: the header is at the end of the first page, the names are on the missing page. */
static void *ask_for_strings(void *strings)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_data = strings };
	int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (control < 0)
		die("socket");
	if (ioctl(control, SIOCETHTOOL, &request) != 0)
		die("SIOCETHTOOL ETHTOOL_GSTRINGS of lo");
	return NULL;
}

int main(int argc, char **argv)
{
	long page = sysconf(_SC_PAGESIZE);
	long milliseconds = argc == 2 ? atol(argv[1]) : 0;
	if (milliseconds <= 0) {
		fprintf(stderr, "usage: rtnl-hold MILLISECONDS\n");
		return 2;
	}

	/* Without UFFD_USER_MODE_ONLY, because it must catch a fault of the kernel. */
	int faults = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	if (faults < 0)
		die("userfaultfd");
	struct uffdio_api api = { .api = UFFD_API };
	if (ioctl(faults, UFFDIO_API, &api) != 0)
		die("UFFDIO_API");

	char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (pages == MAP_FAILED)
		die("mmap");
	struct ethtool_gstrings *strings = (void *)(pages + page - sizeof(*strings));
	*strings = (struct ethtool_gstrings){ .cmd = ETHTOOL_GSTRINGS, .string_set = ETH_SS_FEATURES };
	struct uffdio_register second = {
		.range = { .start = (unsigned long)pages + page, .len = page },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	if (ioctl(faults, UFFDIO_REGISTER, &second) != 0)
		die("UFFDIO_REGISTER");

	pthread_t requester;
	if (pthread_create(&requester, NULL, ask_for_strings, strings) != 0)
		die("pthread_create");

	struct uffd_msg message;
	if (read(faults, &message, sizeof(message)) != sizeof(message) || message.event != UFFD_EVENT_PAGEFAULT)
		die("no page fault");
	puts("held");
	fflush(stdout);

	/* Until the time is over, or until the parent process ends or closes our input. */
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	poll(&input, 1, (int)milliseconds);

	struct uffdio_zeropage zero = { .range = second.range };
	if (ioctl(faults, UFFDIO_ZEROPAGE, &zero) != 0)
		die("UFFDIO_ZEROPAGE");
	pthread_join(requester, NULL);
	puts("released");
	return 0;
}
