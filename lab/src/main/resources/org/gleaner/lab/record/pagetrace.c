// A QEMU TCG plugin: sends the page accesses of a program (linux-user) or of a whole machine
// (guest-physical pages) to whoever listens on a Unix socket.
//
//   -plugin file=THIS,socket=PATH[,window=256][,refresh=65536][,code=on|off]
//
// Filter: an access is dropped if its page was sent fewer than `window` records ago and fewer than
// `refresh` accesses ago, unless it turns a read into a write. So the state is the last `window`
// records, and reuse at distances below `window` pages is gone.
//
// What a process forks has a connection of its own, and so has a program that it turns into
// (follow.h). What is sent is in stream.h.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interface.h"
#include "stream.h"
#include "follow.h"

enum { PAGE_SHIFT = 12, VCPU_SHIFT = 53, VCPUS = 2048 };
#define WRITE (1ull << 52)
#define PAGE_MASK (WRITE - 1)
#define STALE (1ull << 20)   // accesses after which a block goes out however empty it is, for
#define STALE_NANOS 1000000 // whoever is killed loses it; so does a system call, which may last

// ---- the filter: a ring of the last `window` records, hashed by page

struct sent {
    uint64_t page, record, access;
    uint32_t next; // in its bucket, newest first; index + 1
    bool write, used;
};
static struct sent *ring;
static uint32_t *buckets; // index + 1
static uint64_t window = 256, refresh = 65536, records;
static unsigned bucket_bits;
static uint32_t recent[256]; // by low bits of the page, index + 1: most accesses end here

static inline uint32_t *bucket_of(uint64_t page) {
    return buckets + (page * 0x9E3779B97F4A7C15ull >> (64 - bucket_bits));
}

static inline struct sent *find(uint64_t page) {
    uint32_t i = recent[page & 255];
    if (i && ring[i - 1].page == page)
        return ring + i - 1;
    for (i = *bucket_of(page); i; i = ring[i - 1].next)
        if (ring[i - 1].page == page) {
            recent[page & 255] = i;
            return ring + i - 1;
        }
    return NULL;
}

static void forget(uint32_t index) {
    uint32_t *link = bucket_of(ring[index].page);
    while (*link != index + 1)
        link = &ring[*link - 1].next;
    *link = ring[index].next;
}

static void emit(uint64_t page, bool write, unsigned vcpu) {
    if (block.count == 0)
        block.nanos = now();
    uint32_t i = (uint32_t)(records % window);
    struct sent *s = ring + i;
    if (s->used)
        forget(i);
    uint32_t *bucket = bucket_of(page);
    *s = (struct sent){page, records++, block.accesses, *bucket, write, true};
    *bucket = recent[page & 255] = i + 1;
    block.records[block.count++] =
        (page & PAGE_MASK) | (write ? WRITE : 0) | (uint64_t)(vcpu % VCPUS) << VCPU_SHIFT;
    if (block.count == BLOCK_RECORDS)
        send_block(false);
}

static bool busy;

static void lock(void) {
    for (unsigned spins = 0; __atomic_test_and_set(&busy, __ATOMIC_ACQUIRE); spins++)
        if (spins > 100)
            sched_yield();
}

static void unlock(void) {
    __atomic_clear(&busy, __ATOMIC_RELEASE);
}

// The lock is held, and the access has been counted by its kind.
static inline void touch(uint64_t page, bool write, unsigned vcpu) {
    block.accesses++;
    if (connection < 0)
        return;
    struct sent *s = find(page);
    if (!s || records - s->record >= window || block.accesses - s->access >= refresh
        || (write && !s->write))
        emit(page, write, vcpu);
    else if (block.accesses - sent_at >= STALE)
        send_block(false);
}

// ---- what QEMU tells

static bool machine;

static void on_memory(unsigned vcpu, meminfo info, uint64_t address, void *unused) {
    (void)unused;
    uint64_t last = address + (1ull << qemu_plugin_mem_size_shift(info)) - 1;
    bool write = qemu_plugin_mem_is_store(info);
    if (machine) {
        struct qemu_plugin_hwaddr *physical = qemu_plugin_get_hwaddr(info, address);
        if (!physical || qemu_plugin_hwaddr_is_io(physical)) {
            lock();
            block.elsewhere++;
            unlock();
            return;
        }
        address = last = qemu_plugin_hwaddr_phys_addr(physical);
    }
    lock();
    block.data++;
    touch(address >> PAGE_SHIFT, write, vcpu);
    if (address >> PAGE_SHIFT != last >> PAGE_SHIFT) {
        block.data++;
        touch(last >> PAGE_SHIFT, write, vcpu);
    }
    unlock();
}

static void on_code(unsigned vcpu, void *page) {
    lock();
    block.code++;
    touch((uint64_t)(uintptr_t)page, false, vcpu);
    unlock();
}

static void on_code_elsewhere(unsigned vcpu, void *unused) {
    (void)vcpu, (void)unused;
    lock();
    block.elsewhere++;
    unlock();
}

// The guest's RAM in our address space: by far the largest mapping that can be written. Where its
// physical addresses have a hole, below 4 GiB on a PC, only what is below the lowest hole is known.
static uintptr_t ram, ram_end;
static const uint64_t SURELY_LOW = 0x80000000ull, NO_HOLE = 0xb0000000ull, RAM_ALIGNMENT = 2 << 20;
static bool ram_at_0;

static void find_ram(void) {
    char line[600];
    FILE *maps = fopen("/proc/self/maps", "r");
    ram = ram_end = 1;
    while (maps && fgets(line, sizeof line, maps)) {
        unsigned long from, to;
        char rights[5];
        if (sscanf(line, "%lx-%lx %4s", &from, &to, rights) == 3 && rights[0] == 'r' && rights[1] == 'w'
            && rights[2] == '-' && to - from > ram_end - ram) {
            ram = from;
            ram_end = to;
        }
    }
    if (maps)
        fclose(maps);
    if (ram_end - ram > NO_HOLE)
        ram_end = ram + SURELY_LOW;
    if (ram % RAM_ALIGNMENT) // it has merged with another
        ram_end = ram;
}

// ~0 if it is not known
static uint64_t code_page(const struct qemu_plugin_insn *first) {
    uintptr_t host = (uintptr_t)qemu_plugin_insn_haddr(first);
    if (!machine) {
        if (host && !guest_base_known) {
            guest_base = host - qemu_plugin_insn_vaddr(first);
            guest_base_known = true;
        }
        return qemu_plugin_insn_vaddr(first) >> PAGE_SHIFT;
    }
    if (!ram && ram_at_0)
        find_ram();
    return ram && host >= ram && host < ram_end ? (host - ram) >> PAGE_SHIFT : ~0ull;
}

static bool with_code = true;

static void on_translation(plugin_id id, struct qemu_plugin_tb *tb) {
    (void)id;
    size_t instructions = qemu_plugin_tb_n_insns(tb);
    for (size_t i = 0; i < instructions; i++) {
        struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(tb, i);
        if (i == 0 && with_code) {
            uint64_t page = code_page(instruction);
            if (page == ~0ull)
                qemu_plugin_register_vcpu_tb_exec_cb(tb, on_code_elsewhere, NO_REGISTERS, NULL);
            else
                qemu_plugin_register_vcpu_tb_exec_cb(tb, on_code, NO_REGISTERS, (void *)(uintptr_t)page);
        }
        qemu_plugin_register_vcpu_mem_cb(instruction, on_memory, NO_REGISTERS, LOADS_AND_STORES, NULL);
    }
}

// ---- system calls: the kernel touches a program's buffers as the program does

struct calls {
    const char *target;
    uint16_t elf_machine;
    int read, write, pread, pwrite, sendto, recvfrom, exec, execat;
    // What may last for long, or be the last: nanosleep, clock_nanosleep, pause, poll and select in
    // all forms, epoll_wait, futex, wait4, accept, rt_sigsuspend, kill, tgkill.
    int waits[18];
};
#define GENERIC {101, 115, 73, 72, 22, 98, 260, 202, 133, 129, 131, -1}
static const struct calls known[] = {
    {"x86_64", 62, 0, 1, 17, 18, 44, 45, 59, 322,
     {35, 230, 34, 7, 271, 23, 270, 232, 281, 202, 61, 43, 130, 62, 234, -1}},
    {"aarch64", 183, 63, 64, 67, 68, 206, 207, 221, 281, GENERIC},
    {"riscv64", 243, 63, 64, 67, 68, 206, 207, 221, 281, GENERIC},
};
static const struct calls *calls;
static uint64_t buffer[VCPUS]; // second argument of the call that a thread is in

static bool waits(int64_t number) {
    for (const int *each = calls->waits; *each >= 0; each++)
        if (number == *each)
            return true;
    return number == calls->read;
}

static void on_call(plugin_id id, unsigned vcpu, int64_t number, uint64_t a1, uint64_t a2, uint64_t a3,
                    uint64_t a4, uint64_t a5, uint64_t a6, uint64_t a7, uint64_t a8) {
    (void)id, (void)a4, (void)a5, (void)a6, (void)a7, (void)a8;
    buffer[vcpu % VCPUS] = a2;
    lock();
    if (block.count && (waits(number) || now() - sent_nanos > STALE_NANOS))
        send_block(false);
    unlock();
    if (number != calls->exec && number != calls->execat)
        return;
    lock();
    send_block(false);
    unlock();
    if (number == calls->exec)
        follow(a1, a2, a3);
    lock();
    block.execs++; // it may yet fail
    send_block(false);
    unlock();
}

static void on_return(plugin_id id, unsigned vcpu, int64_t number, int64_t value) {
    (void)id;
    const struct calls *c = calls;
    bool fills = number == c->read || number == c->pread || number == c->recvfrom;
    bool drains = number == c->write || number == c->pwrite || number == c->sendto;
    if (number == c->exec || number == c->execat) {
        lock();
        block.execs--; // else it would not return
        unlock();
    }
    if (!(fills || drains) || value <= 0)
        return;
    uint64_t from = buffer[vcpu % VCPUS], to = from + (uint64_t)value - 1;
    lock();
    for (uint64_t page = from >> PAGE_SHIFT; page <= to >> PAGE_SHIFT; page++) {
        block.syscall++;
        touch(page, fills, vcpu);
    }
    unlock();
}

// ---- a process, from its beginning to its end

static void start_process(void) {
    block = (struct block){.magic = block.magic};
    records = sent_at = 0;
    memset(ring, 0, window * sizeof *ring);
    memset(buckets, 0, sizeof *buckets << bucket_bits);
    memset(recent, 0, sizeof recent);
    connect_again(false);
}

static void in_child(void) {
    if (connection >= 0) {
        close(connection);
        start_process();
    }
    unlock();
}

static void on_exit_of_all(plugin_id id, void *unused) {
    (void)id, (void)unused;
    lock();
    send_block(true);
    connection = -1;
    unlock();
}

static bool option(const char *argument) {
    if (!strncmp(argument, "socket=", 7) && strlen(argument + 7) < sizeof socket_path)
        strcpy(socket_path, argument + 7);
    else if (!strncmp(argument, "window=", 7))
        window = strtoull(argument + 7, NULL, 10);
    else if (!strncmp(argument, "refresh=", 8))
        refresh = strtoull(argument + 8, NULL, 10);
    else if (!strcmp(argument, "code=off") || !strcmp(argument, "code=false"))
        with_code = false;
    else if (strcmp(argument, "code=on") && strcmp(argument, "code=true"))
        return false;
    return true;
}

EXPORT int qemu_plugin_install(plugin_id id, const plugin_info *info, int argc, char **argv) {
    for (int i = 0; i < argc; i++)
        if (!option(argv[i])) {
            fprintf(stderr, "pagetrace: %s: no such option\n", argv[i]);
            return 1;
        }
    if (!socket_path[0] || window < 1 || window > 1 << 24 || refresh < 1) {
        fprintf(stderr, "pagetrace: needs socket=PATH, window=1..16777216, refresh=1...\n");
        return 1;
    }
    for (bucket_bits = 4; 1ull << bucket_bits < 2 * window;)
        bucket_bits++;
    machine = info->system;
    ram_at_0 = !strcmp(info->target, "x86_64") || !strcmp(info->target, "i386");
    ring = calloc(window, sizeof *ring);
    buckets = calloc((size_t)1 << bucket_bits, sizeof *buckets);
    if (!ring || !buckets)
        return 1;
    find_own_program();
    start_process();
    if (connection < 0)
        return 0; // nobody listens, or not any more: the program runs all the same
    if (!machine) {
        Dl_info own;
        if (!dladdr(&block, &own))
            return 1;
        snprintf(plugin_option, sizeof plugin_option, "%s,socket=%s,window=%llu,refresh=%llu,code=%s",
                 own.dli_fname, socket_path, (unsigned long long)window, (unsigned long long)refresh,
                 with_code ? "on" : "off");
        pthread_atfork(lock, unlock, in_child);
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            if (!strcmp(known[i].target, info->target))
                calls = known + i;
        if (calls) {
            // A comma would be the end of it, to QEMU.
            bool sayable = strlen(plugin_option) + 1 < sizeof plugin_option
                && !strchr(own.dli_fname, ',') && !strchr(socket_path, ',');
            own_elf_machine = sayable ? calls->elf_machine : 0;
            qemu_plugin_register_vcpu_syscall_cb(id, on_call);
            qemu_plugin_register_vcpu_syscall_ret_cb(id, on_return);
        }
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    qemu_plugin_register_atexit_cb(id, on_exit_of_all, NULL);
    return 0;
}
