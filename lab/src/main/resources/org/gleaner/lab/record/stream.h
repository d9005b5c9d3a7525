// What is sent, and to whom: a greeting, and then blocks of a head and `count` records, in the byte
// order of the host. A record is the page number in bits 0-51, bit 52 set for a write, the vCPU (the
// thread, in user mode) in bits 53-63. Java's PluginStream reads it.
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK_RECORDS = 1016 };

struct greeting {
    uint32_t magic; // "GPH1"
    uint32_t pid;
    uint32_t resumed; // 1 if the process had another connection before
    char name[116];   // of the program, without its directory
};

struct block {
    uint32_t magic; // "GPB1"
    uint32_t count;
    uint64_t accesses;   // seen by this process so far, dropped ones included
    uint64_t data;       // of these by loads and stores,
    uint64_t code;       //   by translation blocks that began to run,
    uint64_t syscall;    //   by system calls on their buffers
    uint64_t elsewhere;  // not counted above: to devices, or code outside of RAM
    uint32_t execs;      // programs that this process turned into unseen
    uint32_t last;       // 1 if the process says that it ends
    uint64_t nanos;      // CLOCK_MONOTONIC at the first record
    uint64_t records[BLOCK_RECORDS];
};
#define HEAD offsetof(struct block, records)

static struct block block = {.magic = 0x31425047};
static uint64_t sent_at, sent_nanos; // accesses and time when the last block went out
static char socket_path[108];
static int connection = -1;

static char own_program[4096], own_name[116]; // what QEMU runs; empty for a machine

// QEMU was started with ... -0 NAME PROGRAM ...: by Java, or by follow.h.
static void find_own_program(void) {
    static char line[4200]; // two more zeros than is read
    FILE *file = fopen("/proc/self/cmdline", "r");
    size_t n = file ? fread(line, 1, sizeof line - 2, file) : 0;
    if (file)
        fclose(file);
    for (char *word = line; word < line + n; word += strlen(word) + 1)
        if (!strcmp(word, "-0")) {
            char *name = word + 3 + strlen(word + 3) + 1;
            if (name >= line + n)
                return;
            char *slash = strrchr(name, '/');
            snprintf(own_name, sizeof own_name, "%.115s", slash ? slash + 1 : name);
            if (!realpath(name, own_program))
                own_program[0] = 0;
            return;
        }
}

static void connect_again(bool resumed) {
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    memcpy(to.sun_path, socket_path, sizeof to.sun_path);
    int low = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    connection = -1;
    if (low < 0)
        return;
    // In user mode the program shares our descriptors: keep out of its way, and of its close().
    struct rlimit files = {.rlim_cur = 0};
    getrlimit(RLIMIT_NOFILE, &files);
    int most = files.rlim_cur > 1 << 20 ? 1 << 20 : (int)files.rlim_cur;
    int high = most > 64 ? fcntl(low, F_DUPFD_CLOEXEC, most - 16) : -1;
    if (high >= 0) {
        close(low);
        low = high;
    }
    struct greeting hello = {.magic = 0x31485047, .pid = (uint32_t)getpid(), .resumed = resumed};
    memcpy(hello.name, own_name, sizeof hello.name);
    if (connect(low, (struct sockaddr *)&to, sizeof to) == 0
        && send(low, &hello, sizeof hello, MSG_NOSIGNAL) == sizeof hello)
        connection = low;
    else
        close(low);
}

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void send_block(bool last) {
    const char *at = (const char *)&block;
    size_t left = HEAD + block.count * sizeof block.records[0];
    block.last = last;
    bool again = true;
    while (left && connection >= 0) {
        ssize_t n = send(connection, at, left, MSG_NOSIGNAL);
        if (n > 0) {
            at += n;
            left -= (size_t)n;
        } else if (n < 0 && errno == EBADF && again && at == (const char *)&block) {
            again = false; // the program has closed all that it found
            connect_again(true);
        } else if (!(n < 0 && errno == EINTR)) {
            connection = -1; // nobody listens any more: the program goes on without us
        }
    }
    block.count = 0;
    sent_at = block.accesses;
    sent_nanos = now();
}
