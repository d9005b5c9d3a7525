// A plugin for QEMU 7.2's user-mode emulation: records which pages an unmodified program loads, stores and executes.
//
//   qemu-x86_64 -plugin libpagetrace.so,out=FILE.u32[,window=RECORDS][,refresh=ACCESSES] PROGRAM ...
//
// A record is 32 bits: the page in bits 0-30, bit 31 set for a write. Aligned 2 MiB blocks are numbered in the order of
// their first touch, and a page keeps its place in its block. An access is dropped if its page was recorded fewer than
// `window` records and fewer than `refresh` accesses ago, unless it turns a read into a write. What system calls touch
// is not seen.
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Of QEMU's plugin interface, version 1, what is used here: Debian 12 packages no header for it.
#define EXPORT __attribute__((visibility("default")))
typedef uint64_t qemu_plugin_id_t;
typedef uint32_t qemu_plugin_meminfo_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef struct qemu_info_t qemu_info_t;
enum { NO_REGISTERS = 0, READS_AND_WRITES = 3 };
typedef void (*when_block)(qemu_plugin_id_t, struct qemu_plugin_tb *);
typedef void (*when_execute)(unsigned, void *);
typedef void (*when_memory)(unsigned, qemu_plugin_meminfo_t, uint64_t, void *);
typedef void (*when_exit)(qemu_plugin_id_t, void *);
extern void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t, when_block);
extern void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *, when_execute, int, void *);
extern void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *, when_memory, int, int, void *);
extern void qemu_plugin_register_atexit_cb(qemu_plugin_id_t, when_exit, void *);
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
extern struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t);
extern uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *);
extern bool qemu_plugin_mem_is_store(qemu_plugin_meminfo_t);
EXPORT int qemu_plugin_version = 1;

enum { PAGE_SHIFT = 12, BLOCK_SHIFT = 9, BLOCK_PAGES = 1 << BLOCK_SHIFT, BUCKETS = 1 << 16 };

struct page {
    uint64_t record, access;    // numbers of its last record and of the access that made it, both from 1; 0: none
    bool write;
};

struct block {
    uint64_t address;           // page number >> BLOCK_SHIFT
    uint32_t number;
    struct page pages[BLOCK_PAGES];
    struct block *next;
};

static struct block *buckets[BUCKETS], *last;
static uint32_t blocks;
static uint64_t records, accesses, window = 256, refresh = 65536;
static FILE *out;
static atomic_flag busy = ATOMIC_FLAG_INIT;     // the program may have threads

static struct block *block_of(uint64_t address) {
    if (last && last->address == address) return last;
    struct block **at = &buckets[address * 0x9E3779B97F4A7C15ull >> 48];
    while (*at && (*at)->address != address) at = &(*at)->next;
    if (!*at) {
        *at = calloc(1, sizeof **at);
        (*at)->address = address;
        (*at)->number = blocks++;
    }
    return last = *at;
}

static void access_page(uint64_t page, bool write) {
    while (atomic_flag_test_and_set_explicit(&busy, memory_order_acquire)) {}
    accesses++;
    struct block *block = block_of(page >> BLOCK_SHIFT);
    struct page *state = &block->pages[page % BLOCK_PAGES];
    bool fresh = state->record && records + 1 - state->record < window && accesses - state->access < refresh;
    if (!fresh || (write && !state->write)) {
        uint32_t word = block->number << BLOCK_SHIFT | page % BLOCK_PAGES | (uint32_t)write << 31;
        fwrite(&word, sizeof word, 1, out);
        *state = (struct page){.record = ++records, .access = accesses, .write = write};
    }
    atomic_flag_clear_explicit(&busy, memory_order_release);
}

static void memory(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void *unused) {
    access_page(address >> PAGE_SHIFT, qemu_plugin_mem_is_store(info));
}

static void execute(unsigned cpu, void *page) {
    access_page((uintptr_t)page, false);
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb) {
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        if (i == 0) {
            uint64_t page = qemu_plugin_insn_vaddr(insn) >> PAGE_SHIFT;
            qemu_plugin_register_vcpu_tb_exec_cb(tb, execute, NO_REGISTERS, (void *)(uintptr_t)page);
        }
        qemu_plugin_register_vcpu_mem_cb(insn, memory, NO_REGISTERS, READS_AND_WRITES, 0);
    }
}

static void finish(qemu_plugin_id_t id, void *unused) {
    fclose(out);
    fprintf(stderr, "pagetrace: %lu records of %lu accesses, %u blocks of 2 MiB\n", records, accesses, blocks);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int count, char **words) {
    const char *name = 0;
    for (int i = 0; i < count; i++) {
        if (!strncmp(words[i], "out=", 4)) name = words[i] + 4;
        else if (!strncmp(words[i], "window=", 7)) window = strtoull(words[i] + 7, 0, 10);
        else if (!strncmp(words[i], "refresh=", 8)) refresh = strtoull(words[i] + 8, 0, 10);
        else return fprintf(stderr, "pagetrace: no such option: %s\n", words[i]), 1;
    }
    if (!name || !(out = fopen(name, "wb"))) return fprintf(stderr, "pagetrace: out=FILE is needed\n"), 1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
    qemu_plugin_register_atexit_cb(id, finish, 0);
    return 0;
}
