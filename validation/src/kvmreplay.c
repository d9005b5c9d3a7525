// Replays a page trace inside a KVM guest and prints a line of JSON. The guest is a loop of a dozen instructions; its
// memory reaches the host only through the second-stage page table and MMU notifiers.
#include "measure.h"
#include <linux/kvm.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#define LOW 0x10000ul           // guest-physical 0: the code, and the guest's own page tables where it has any
#define CODE 0x1000ul
#define DOORBELL 0x8000000ul    // a store here ends a batch, where the guest has no better way
#define REGION (4ul << 30)      // guest-physical address of the replayed memory
#define TRACE (16ul << 30)      // and of the trace

struct guest {
    int kvm, vm, vcpu;
    struct kvm_run *state;
};

#ifndef VM_TYPE
#define VM_TYPE 0
#endif

extern const char guest_code[], guest_code_end[];

#if defined __aarch64__
#include "arm64.h"
#elif defined __riscv
#include "riscv64.h"
#elif defined __x86_64__
#include "x86_64.h"
#elif defined __powerpc64__
#include "ppc64.h"
#endif

// Reads the trace to the end of a whole page table, and makes every page's first access a write.
static uint32_t *read_trace(struct run *run, size_t *bytes) {
    int fd = open(run->trace, O_RDONLY);
    struct stat file;
    if (fd < 0 || fstat(fd, &file)) die("trace");
    *bytes = round_up(file.st_size);
    uint32_t *trace = mmap(0, *bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    madvise(trace, *bytes, MADV_NOHUGEPAGE);
    for (ssize_t at = 0, got; at < file.st_size; at += got) {
        got = read(fd, (char *)trace + at, file.st_size - at);
        if (got <= 0) die("trace");
    }
    run->accesses = file.st_size / sizeof(uint32_t);
    measure_trace(run, trace);
    uint8_t *seen = calloc(1, run->pages);
    for (size_t i = 0; i < run->accesses; i++) {
        uint32_t page = trace[i] & ~WRITE;
        if (!seen[page]) {
            seen[page] = 1;
            trace[i] |= WRITE;
            run->distinct++;
        }
    }
    free(seen);
    return trace;
}

static char *low_memory(void) {
    char *low = mmap(0, LOW, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(low, 0, LOW);
    fill_low(low);
    memcpy(low + CODE, guest_code, guest_code_end - guest_code);
    __builtin___clear_cache(low, low + LOW);
    return low;
}

static void add_memory(const struct guest *guest, int slot, uint64_t at, size_t bytes, void *memory) {
    struct kvm_userspace_memory_region region = {.slot = slot, .guest_phys_addr = at, .memory_size = bytes,
        .userspace_addr = (uintptr_t)memory};
    if (ioctl(guest->vm, KVM_SET_USER_MEMORY_REGION, &region)) die("memslot");
}

static struct guest new_guest(const struct run *run, char *base, uint32_t *trace, size_t trace_bytes) {
    struct guest guest = {.kvm = open("/dev/kvm", O_RDWR)};
    if (guest.kvm < 0) die("/dev/kvm");
    guest.vm = ioctl(guest.kvm, KVM_CREATE_VM, VM_TYPE);
    if (guest.vm < 0) die("vm");
    add_memory(&guest, 0, 0, LOW, low_memory());
    add_memory(&guest, 1, REGION, run->bytes, base);
    add_memory(&guest, 2, TRACE, trace_bytes, trace);
    guest.vcpu = ioctl(guest.vm, KVM_CREATE_VCPU, 0);
    if (guest.vcpu < 0) die("vcpu");
    guest.state = mmap(0, ioctl(guest.kvm, KVM_GET_VCPU_MMAP_SIZE, 0), PROT_READ | PROT_WRITE, MAP_SHARED, guest.vcpu, 0);
    start_vcpu(&guest);
    return guest;
}

// Lets the guest do the accesses [from, to), counting pages from the guest-physical address `region`.
static void enter_at(const struct guest *guest, uint64_t region, size_t from, size_t to) {
    set_batch(guest, region, TRACE + from * sizeof(uint32_t), TRACE + to * sizeof(uint32_t));
    for (;;) {
        if (ioctl(guest->vcpu, KVM_RUN, 0)) {
            if (errno != EINTR && errno != EAGAIN) die("KVM_RUN");
        } else if (batch_done(guest->state)) {
            return;
        } else if (guest->state->exit_reason != KVM_EXIT_INTR) {
            printf("{\"error\":\"the guest left with reason %d\"}\n", guest->state->exit_reason);
            fflush(stdout);
            exit(1);
        }
    }
}

static void enter(const struct guest *guest, size_t from, size_t to) {
    enter_at(guest, REGION, from, to);
}

// Makes the tables of the trace and of the guest's own code before the limit is there, by reading a page for each. Those
// of the region come later, and the cgroup pays for them.
static void touch_trace(const struct guest *guest, size_t trace_bytes, uint32_t *trace) {
    const size_t step = TABLE / sizeof *trace;
    for (size_t i = 0; i < trace_bytes / sizeof *trace; i += step) {
        uint32_t saved = trace[i];
        trace[i] = CODE / PAGE;
        enter_at(guest, 0, i, i + 1);
        trace[i] = saved;
    }
}

// Makes the tables of both stages before the limit is there, by reading one page for each.
static void touch_tables(const struct guest *guest, const struct run *run, uint32_t *trace) {
    static uint32_t saved[4096];
    size_t tables = run->bytes / TABLE < 4096 ? run->bytes / TABLE : 4096;
    memcpy(saved, trace, tables * sizeof *trace);
    for (size_t i = 0; i < tables; i++) trace[i] = i * (TABLE / PAGE);
    enter(guest, 0, tables);
    memcpy(trace, saved, tables * sizeof *trace);
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

int main(int count, char **words) {
    static struct run run;
    run = arguments(count, words);
    size_t trace_bytes;
    uint32_t *trace = read_trace(&run, &trace_bytes);
    int memfd = -1, flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    if (run.shm) {
        memfd = syscall(SYS_memfd_create, "guest", 0);
        if (memfd < 0 || ftruncate(memfd, run.bytes)) die("memfd");
        flags = MAP_SHARED;
    }
    char *base = mmap(aligned(run.bytes), run.bytes, PROT_READ | PROT_WRITE, flags | MAP_FIXED, memfd, 0);
    if (base == MAP_FAILED) die("mmap");
    bool huge = !run.shm && huge_pages();
    if (!huge) madvise(base, run.bytes, MADV_NOHUGEPAGE);
    struct guest guest = new_guest(&run, base, trace, trace_bytes);
    if (huge) touch_trace(&guest, trace_bytes, trace);
    else touch_tables(&guest, &run, trace);
    if (run.shm) fallocate(memfd, 3 /* PUNCH_HOLE | KEEP_SIZE */, 0, run.bytes);

    begin(&run);
    size_t step = run.accesses / POINTS ? run.accesses / POINTS : 1;
    size_t next_point = step, next_stat = STAT_EVERY, next_age = run.age_every ? (size_t)run.age_every : SIZE_MAX;
    for (size_t at = 0, end; at < run.accesses; at = end) {
        end = least(least(run.accesses, next_point), least(next_stat, least(next_age, least(next_change(&run), next_turn(&run.turns)))));
        enter(&guest, at, end);
        if (end == next_stat) {
            read_statistics(&run);
            next_stat += STAT_EVERY;
        }
        if (end == next_point) {
            note_faults(&run);
            next_point += step;
        }
        if (end == next_age) {
            age(&run);
            next_age += run.age_every;
        }
        if (end == next_change(&run)) change(&run);
        if (end == next_turn(&run.turns)) pass_turn(&run.turns);
    }
    print_result(&run);
    return 0;
}
