// A program turns into another (execve): QEMU would let the kernel run that by itself, unseen, so
// another QEMU with this plugin is started with it instead. In an emulated program setuid bits have
// no effect, so what has them is left to run by itself.
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static uint64_t guest_base; // a program's address 0 in our address space
static bool guest_base_known;

enum { ELF_MACHINE = 18, SCRIPT_LINE = 256 };

// The first bytes of a file that may be run, and would run with our own rights.
static bool head_of(const char *path, char *head) {
    struct stat status;
    memset(head, 0, SCRIPT_LINE);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    bool fine = fstat(file, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0
        && (!(status.st_mode & (S_ISUID | S_ISGID)) || geteuid() == 0)
        && read(file, head, SCRIPT_LINE - 1) > 0;
    close(file);
    return fine;
}

// Splits "#!INTERPRETER [ARGUMENT]" as the kernel does; NULL if it is no such line.
static char *interpreter(char *head, char **argument) {
    char *line = head + 2;
    line[strcspn(line, "\n")] = 0;
    line += strspn(line, " \t");
    char *end = line + strcspn(line, " \t");
    *argument = NULL;
    if (*end) {
        *end++ = 0;
        end += strspn(end, " \t");
        for (size_t n = strlen(end); n && strchr(" \t\r", end[n - 1]);)
            end[--n] = 0;
        if (*end)
            *argument = end;
    }
    return *line ? line : NULL;
}

// A program's array of pointers, as ours; NULL if it cannot be read.
static char **pointers(uint64_t address, size_t before, size_t *count) {
    size_t room = 64, n = 0;
    char **all = malloc((before + room) * sizeof *all);
    while (all && address) {
        uint64_t word;
        struct iovec to = {&word, sizeof word};
        struct iovec from = {(void *)(uintptr_t)(address + guest_base + n * sizeof word), sizeof word};
        if (process_vm_readv(getpid(), &to, 1, &from, 1, 0) != sizeof word || n > 1 << 20) {
            free(all);
            return NULL;
        }
        if (n + 1 == room) {
            char **more = realloc(all, (before + (room *= 2)) * sizeof *all);
            if (!more)
                free(all);
            all = more;
            if (!all)
                return NULL;
        }
        all[before + n] = word ? (char *)(uintptr_t)(word + guest_base) : NULL;
        if (!word)
            break;
        n++;
    }
    if (all && !address)
        all[before] = NULL;
    *count = n;
    return all;
}

static uint16_t own_elf_machine;
static char plugin_option[600];

// Starts QEMU and us with the program; comes back if that cannot be done, and QEMU does it its way.
static void follow(uint64_t path_at, uint64_t argv_at, uint64_t envp_at) {
    enum { BEFORE = 8 };
    char *path = (char *)(uintptr_t)(path_at + guest_base), *argument = NULL, *script = NULL;
    char head[SCRIPT_LINE], inner[SCRIPT_LINE], qemu[400];
    ssize_t length = readlink("/proc/self/exe", qemu, sizeof qemu - 1);
    if (!guest_base_known || length <= 0 || !head_of(path, head))
        return;
    if (!strcmp(path, "/proc/self/exe") && !head_of(path = own_program, head))
        return; // which is QEMU to us
    qemu[length] = 0;
    if (head[0] == '#' && head[1] == '!') {
        script = path;
        path = interpreter(head, &argument);
        if (!path || !head_of(path, inner))
            return;
    } else {
        memcpy(inner, head, sizeof inner);
    }
    uint16_t elf_machine;
    memcpy(&elf_machine, inner + ELF_MACHINE, sizeof elf_machine);
    if (memcmp(inner, "\177ELF", 4) || elf_machine != own_elf_machine)
        return;
    size_t count, ignored;
    char **argv = pointers(argv_at, BEFORE, &count), **envp = pointers(envp_at, 0, &ignored);
    if (argv && envp) {
        // QEMU, its options, the file, then what follows the program's own name.
        char *name = count ? argv[BEFORE] : path;
        size_t at = count ? BEFORE + 1 : BEFORE;
        if (script)
            argv[--at] = script;
        if (argument)
            argv[--at] = argument;
        argv[--at] = path;
        argv[--at] = script ? path : name;
        argv[--at] = "-0";
        argv[--at] = plugin_option;
        argv[--at] = "-plugin";
        argv[--at] = qemu;
        execve(qemu, argv + at, envp);
    }
    free(argv);
    free(envp);
}

