// Prints the functions of a running program that are called from now on, each once, in the order of their first calls.
//
// usage: first-calls PID < SYMBOLS
//
// SYMBOLS has one line for each function: its address in the file, in hexadecimal, and its name ("nm" prints them with
// the type between, which is left out here). A breakpoint is set on each function, and removed by its first call. It
// ends when the program ends. x86-64 only.
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

struct function {
	unsigned long address;
	char *name;
	unsigned char byte;
	char is_called;
};

static struct function *functions;
static size_t count;

static int by_address(const void *left, const void *right)
{
	unsigned long a = ((const struct function *)left)->address, b = ((const struct function *)right)->address;
	return a < b ? -1 : a > b;
}

static void read_symbols(unsigned long base)
{
	char *line = NULL;
	size_t size = 0, room = 0;
	while (getline(&line, &size, stdin) > 0) {
		char *name = strchr(line, ' ');
		if (!name)
			continue;
		if (count == room && !(functions = realloc(functions, (room = room * 2 + 1024) * sizeof *functions)))
			err(1, "realloc");
		name[strcspn(name, "\n")] = 0;
		functions[count++] = (struct function){ base + strtoul(line, NULL, 16), strdup(name + 1), 0, 0 };
	}
	free(line);
	qsort(functions, count, sizeof *functions, by_address);
}

static void note(struct function *found)
{
	if (found->is_called)
		return;
	found->is_called = 1;
	puts(found->name);
}

// Functions that are running now: whatever on the stack looks like a return address. A few too many do no harm.
static void note_stack(int memory, pid_t task)
{
	struct user_regs_struct registers;
	unsigned long words[2048];
	if (ptrace(PTRACE_GETREGS, task, 0, &registers))
		err(1, "registers of %d", task);
	ssize_t length = pread(memory, words, sizeof words, registers.rsp);
	for (ssize_t i = 0; i < length / (ssize_t)sizeof *words; i++) {
		size_t low = 0, high = count;
		while (low < high) {
			size_t middle = (low + high) / 2;
			if (functions[middle].address <= words[i])
				low = middle + 1;
			else
				high = middle;
		}
		if (low && low < count)
			note(&functions[low - 1]);
	}
}

// The lowest mapping of the program: its first line in maps.
static unsigned long base_of(pid_t pid)
{
	char path[64];
	unsigned long base;
	snprintf(path, sizeof path, "/proc/%d/maps", pid);
	FILE *maps = fopen(path, "r");
	if (!maps || fscanf(maps, "%lx", &base) != 1)
		err(1, "%s", path);
	fclose(maps);
	return base;
}

static void stop_all(pid_t pid, int memory)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/task", pid);
	DIR *tasks = opendir(path);
	if (!tasks)
		err(1, "%s", path);
	for (struct dirent *entry; (entry = readdir(tasks));) {
		pid_t task = atoi(entry->d_name);
		if (task <= 0)
			continue;
		if (ptrace(PTRACE_SEIZE, task, 0, PTRACE_O_TRACECLONE) || ptrace(PTRACE_INTERRUPT, task, 0, 0))
			err(1, "ptrace of %d", task);
		waitpid(task, NULL, __WALL);
		note_stack(memory, task);
	}
	closedir(tasks);
}

static void set_breakpoints(int memory)
{
	unsigned long first = functions[0].address, length = functions[count - 1].address - first + 1;
	unsigned char *code = malloc(length);
	if (!code || pread(memory, code, length, first) != (ssize_t)length)
		err(1, "reading the code");
	for (size_t i = 0; i < count; i++)
		functions[i].byte = code[functions[i].address - first];
	for (size_t i = 0; i < count; i++)
		code[functions[i].address - first] = 0xcc;
	if (pwrite(memory, code, length, first) != (ssize_t)length)
		err(1, "writing the code");
	free(code);
}

// Two threads can reach the same breakpoint, so it may already be removed.
static int take_call(int memory, pid_t task)
{
	struct user_regs_struct registers;
	if (ptrace(PTRACE_GETREGS, task, 0, &registers))
		return 0;
	struct function key = { registers.rip - 1, NULL, 0, 0 };
	struct function *found = bsearch(&key, functions, count, sizeof *functions, by_address);
	if (!found)
		return 0;
	while (found > functions && found[-1].address == key.address)
		found--;
	if (pwrite(memory, &found->byte, 1, key.address) != 1)
		err(1, "restoring the code");
	for (; found < functions + count && found->address == key.address; found++)
		note(found);
	registers.rip--;
	return !ptrace(PTRACE_SETREGS, task, 0, &registers);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "usage: first-calls PID < SYMBOLS");
	pid_t pid = atoi(argv[1]), task;
	read_symbols(base_of(pid));
	if (!count)
		errx(1, "no symbols");
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/mem", pid);
	int memory = open(path, O_RDWR);
	if (memory < 0)
		err(1, "%s", path);
	stop_all(pid, memory);
	set_breakpoints(memory);
	DIR *tasks = NULL;
	snprintf(path, sizeof path, "/proc/%d/task", pid);
	if (!(tasks = opendir(path)))
		err(1, "%s", path);
	for (struct dirent *entry; (entry = readdir(tasks));)
		if (atoi(entry->d_name) > 0)
			ptrace(PTRACE_CONT, atoi(entry->d_name), 0, 0);
	closedir(tasks);
	fputs("first-calls: ready\n", stderr);
	for (int status; (task = waitpid(-1, &status, __WALL)) > 0;) {
		if (!WIFSTOPPED(status))
			continue;
		int signal = WSTOPSIG(status);
		if (status >> 16 || (signal == SIGTRAP && take_call(memory, task)))
			signal = 0;
		ptrace(PTRACE_CONT, task, 0, signal);
	}
	return 0;
}
