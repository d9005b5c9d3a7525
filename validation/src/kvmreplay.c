// Replays a page trace inside a KVM guest with nested paging and prints a line of JSON. The guest is a loop of eleven
// instructions; its memory reaches the host only through the second-stage page table and MMU notifiers.
#include "measure.h"
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#define LOW 0x10000ul           // guest-physical 0: code and the guest's own page tables
#define CODE 0x1000ul
#define REGION (4ul << 30)      // guest-physical address of the replayed memory
#define TRACE (16ul << 30)      // and of the trace

// rsi: the next word of the trace, rdx: where to stop, rdi: the region.
static const uint8_t LOOP[] = {
    0x48, 0x39, 0xd6,                       // next:  cmp  %rdx, %rsi
    0x74, 0x20,                             //        je   done
    0x8b, 0x06,                             //        mov  (%rsi), %eax
    0x48, 0x83, 0xc6, 0x04,                 //        add  $4, %rsi
    0x89, 0xc3,                             //        mov  %eax, %ebx
    0x81, 0xe3, 0xff, 0xff, 0xff, 0x7f,     //        and  $0x7fffffff, %ebx
    0x48, 0xc1, 0xe3, 0x0c,                 //        shl  $12, %rbx
    0x85, 0xc0,                             //        test %eax, %eax
    0x78, 0x05,                             //        js   write
    0x8b, 0x0c, 0x1f,                       //        mov  (%rdi,%rbx), %ecx
    0xeb, 0xe0,                             //        jmp  next
    0x89, 0x04, 0x1f,                       // write: mov  %eax, (%rdi,%rbx)
    0xeb, 0xdb,                             //        jmp  next
    0xf4,                                   // done:  hlt
};

struct guest {
    int kvm, vm, vcpu;
    struct kvm_run *state;
};

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

// Identity maps: small pages' worth of low memory by 2 MiB entries, the rest of 512 GiB by 1 GiB entries.
static char *low_memory(void) {
    char *low = mmap(0, LOW, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(low, 0, LOW);
    uint64_t *pml4 = (void *)(low + 0x2000), *pdpt = (void *)(low + 0x3000), *pd = (void *)(low + 0x4000);
    const uint64_t large = 0x80 | 0x40 | 0x20 | 3;      // huge, dirty, accessed, writable, present
    pml4[0] = 0x3000 | 3;
    pdpt[0] = 0x4000 | 3;
    for (uint64_t i = 0; i < 512; i++) pd[i] = i << 21 | large;
    for (uint64_t i = 1; i < 512; i++) pdpt[i] = i << 30 | large;
    memcpy(low + CODE, LOOP, sizeof LOOP);
    return low;
}

static void add_memory(const struct guest *guest, int slot, uint64_t at, size_t bytes, void *memory) {
    struct kvm_userspace_memory_region region = {.slot = slot, .guest_phys_addr = at, .memory_size = bytes,
        .userspace_addr = (uintptr_t)memory};
    if (ioctl(guest->vm, KVM_SET_USER_MEMORY_REGION, &region)) die("memslot");
}

// A vCPU in 64-bit mode on the page tables above.
static void add_vcpu(struct guest *guest) {
    guest->vcpu = ioctl(guest->vm, KVM_CREATE_VCPU, 0);
    if (guest->vcpu < 0) die("vcpu");
    int bytes = ioctl(guest->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
    guest->state = mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, guest->vcpu, 0);
    const int entries = 200;
    struct kvm_cpuid2 *cpuid = calloc(1, sizeof *cpuid + entries * sizeof(struct kvm_cpuid_entry2));
    cpuid->nent = entries;
    if (ioctl(guest->kvm, KVM_GET_SUPPORTED_CPUID, cpuid) || ioctl(guest->vcpu, KVM_SET_CPUID2, cpuid)) die("cpuid");
    struct kvm_sregs registers;
    if (ioctl(guest->vcpu, KVM_GET_SREGS, &registers)) die("sregs");
    registers.cr3 = 0x2000;
    registers.cr4 = 0x20;           // PAE
    registers.cr0 = 0x80050033;     // paging, protected mode
    registers.efer = 0x500;         // long mode
    struct kvm_segment code = {.limit = ~0u, .selector = 8, .type = 11, .present = 1, .s = 1, .l = 1, .g = 1};
    struct kvm_segment data = {.limit = ~0u, .selector = 16, .type = 3, .present = 1, .s = 1, .db = 1, .g = 1};
    registers.cs = code;
    registers.ds = registers.es = registers.fs = registers.gs = registers.ss = data;
    if (ioctl(guest->vcpu, KVM_SET_SREGS, &registers)) die("sregs");
}

static struct guest new_guest(const struct run *run, char *base, uint32_t *trace, size_t trace_bytes) {
    struct guest guest = {.kvm = open("/dev/kvm", O_RDWR)};
    if (guest.kvm < 0) die("/dev/kvm");
    guest.vm = ioctl(guest.kvm, KVM_CREATE_VM, 0);
    if (guest.vm < 0) die("vm");
    add_memory(&guest, 0, 0, LOW, low_memory());
    add_memory(&guest, 1, REGION, run->bytes, base);
    add_memory(&guest, 2, TRACE, trace_bytes, trace);
    add_vcpu(&guest);
    return guest;
}

// Lets the guest do the accesses [from, to), counting pages from the guest-physical address `region`.
static void enter_at(const struct guest *guest, uint64_t region, size_t from, size_t to) {
    struct kvm_regs registers = {.rip = CODE, .rflags = 2, .rsi = TRACE + from * sizeof(uint32_t),
        .rdx = TRACE + to * sizeof(uint32_t), .rdi = region};
    if (ioctl(guest->vcpu, KVM_SET_REGS, &registers)) die("regs");
    for (;;) {
        if (ioctl(guest->vcpu, KVM_RUN, 0)) {
            if (errno != EINTR && errno != EAGAIN) die("KVM_RUN");
        } else if (guest->state->exit_reason == KVM_EXIT_HLT) {
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
        end = least(least(run.accesses, next_point), least(next_stat, least(next_age, next_change(&run))));
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
    }
    print_result(&run);
    return 0;
}
