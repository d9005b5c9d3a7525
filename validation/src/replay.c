// Replays a page trace in a memory cgroup, touching the pages directly, and prints a line of JSON.
#include "measure.h"
#include <sys/syscall.h>

static char *map_region(const struct run *run) {
    char *at = aligned(run->bytes);
    if (run->shm) {
        int fd = syscall(SYS_memfd_create, "guest", 0);
        if (fd < 0 || ftruncate(fd, run->bytes)) die("memfd");
        char *base = mmap(at, run->bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
        if (base == MAP_FAILED) die("mmap");
        madvise(base, run->bytes, MADV_NOHUGEPAGE);
        for (size_t byte = 0; byte < run->bytes; byte += TABLE) *(volatile char *)(base + byte) = 1;
        fallocate(fd, 3 /* PUNCH_HOLE | KEEP_SIZE */, 0, run->bytes);
        return base;
    }
    char *base = mmap(at, run->bytes, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) die("mmap");
    const char *thp = getenv("THP");
    if (thp && !strcmp(thp, "always")) return base;     // its tables come later, and the cgroup pays for them
    madvise(base, run->bytes, MADV_NOHUGEPAGE);
    // One entry of the zero page in each page table, so that the tables are there before the limit is.
    for (size_t byte = 0; byte < run->bytes; byte += TABLE) (void)*(volatile char *)(base + byte);
    return base;
}

int main(int count, char **words) {
    static struct run run;
    run = arguments(count, words);
    int fd = open(run.trace, O_RDONLY);
    struct stat file;
    if (fd < 0 || fstat(fd, &file)) die("trace");
    run.accesses = file.st_size / sizeof(uint32_t);
    const uint32_t *trace = mmap(0, file.st_size, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
    if (trace == MAP_FAILED) die("trace");
    measure_trace(&run, trace);
    char *base = map_region(&run);
    size_t step = run.accesses / POINTS ? run.accesses / POINTS : 1;
    uint8_t *seen = malloc(run.pages);
    memset(seen, 0, run.pages);
    volatile uint32_t sink = 0;

    begin(&run);
    for (size_t i = 0; i < run.accesses; i++) {
        uint32_t access = trace[i], page = access & ~WRITE;
        volatile uint32_t *words_of_page = (volatile uint32_t *)(base + page * PAGE);
        if (!seen[page]) {      // a write, for a read would map the zero page; of words that do not compress to nothing
            seen[page] = 1;
            run.distinct++;
            for (int k = 0; k < 16; k++) words_of_page[k * 61] = page * 2654435761u + k;
        } else if (access & WRITE) {
            words_of_page[0] = i;
        } else {
            sink += words_of_page[0];
        }
        if (i % STAT_EVERY == STAT_EVERY - 1) read_statistics(&run);
        if (i % step == step - 1) note_faults(&run);
        if (run.age_every && i % run.age_every == (size_t)run.age_every - 1) age(&run);
    }
    print_result(&run);
    return 0;
}
