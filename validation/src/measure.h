// What both replayers share: the trace, the kernel's counters around a run, the debugfs aging command and the line of
// JSON at the end. Included once by each program. With COUNT_EVENTS, KVM's trace events are counted too.
#include "region.h"
#include "turns.h"
#ifdef COUNT_EVENTS
#include "events.h"
#endif
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#define WRITE (1u << 31)
#define TEXT 65536
#define POINTS 64              // of the curve of faults
#define STAT_EVERY 512         // accesses between two reads of memory.stat
#define IN_PAGE 0x300          // where in its page the text of vmstat begins: it takes two
#define SWITCHES 64
#define TABLES 4096            // changes of the memory taken for page tables that are noted

static const char CGROUPS[] = "/cg", LRU_GEN[] = "/sys/kernel/debug/lru_gen", ENABLED[] = "/sys/kernel/mm/lru_gen/enabled";

static int read_text(const char *path, char *text) {
    int fd = open(path, O_RDONLY), length = 0, got;
    text[0] = 0;
    if (fd < 0) return -1;
    while (length < TEXT - 1 && (got = read(fd, text + length, TEXT - 1 - length)) > 0) length += got;
    text[length] = 0;
    close(fd);
    return 0;
}

// The value of a counter in the text of a statistics file, 0 if it is not there.
static long counter(const char *text, const char *name, size_t length) {
    for (const char *line = text; *line; line++) {
        if (!strncmp(line, name, length) && line[length] == ' ') return atol(line + length + 1);
        if (!(line = strchr(line, '\n'))) break;
    }
    return 0;
}

// Prints what reclaim's counters grew by between two readings of a statistics file.
static void print_deltas(const char *name, const char *before, const char *after) {
    static const char *const PREFIXES[] = {"pswp", "pgmajfault", "pgfault", "workingset_", "pgscan", "pgsteal",
        "pgactivate", "pgdeactivate", "pgrefill", "pgrotated", "swap_ra", "allocstall", "zswp", "thp_", 0};
    const char *comma = "";
    printf(",\"%s\":{", name);
    for (const char *line = after; line && *line; line = strchr(line, '\n'), line += line != 0) {
        size_t length = strcspn(line, " \n");
        for (const char *const *prefix = PREFIXES; *prefix; prefix++) {
            if (strncmp(line, *prefix, strlen(*prefix))) continue;
            long grown = atol(line + length) - counter(before, line, length);
            if (grown) {
                printf("%s\"%.*s\":%ld", comma, (int)length, line, grown);
                comma = ",";
            }
            break;
        }
    }
    printf("}");
}

// What of the cgroup's memory is the kernel's own: tables of processes, of guests, and all of it.
static const char *const KERNEL[] = {"pagetables", "sec_pagetables", "kernel"};
#define KINDS (sizeof KERNEL / sizeof *KERNEL)

// A text that is written to lru_gen/enabled once `at` accesses are done, and the cgroup around it.
struct change {
    size_t at;
    char text[8], before[TEXT], after[TEXT];
    long faults;
};

struct run {
    const char *trace, *cgroup;
    long limit, age_every;
    bool shm;
    size_t accesses, pages, bytes, distinct;    // pages, bytes: the region, bytes in whole page tables
    int stat_fd;
    char *vmstat, *memstat;
    struct rusage before;
    struct timespec start;
    long faults[POINTS];
    int points;
    long agings, refused;
    struct change *changes;
    int known, made;
    size_t reads;
    struct tables { size_t at; long pages[KINDS]; } *tables;
    int noted;
    struct turns turns;
};

// Reads ACCESSES:TEXT[,ACCESSES:TEXT...] in ascending order from the environment.
static void read_changes(struct run *run) {
    const char *words = getenv("SWITCH");
    run->changes = calloc(SWITCHES, sizeof *run->changes);
    for (int used; words && run->known < SWITCHES; words += used + (words[used] == ',')) {
        struct change *next = &run->changes[run->known];
        if (sscanf(words, "%zu:%7[^,]%n", &next->at, next->text, &used) != 2) return;
        run->known++;
    }
}

// After how many accesses the next one is due.
static size_t next_change(const struct run *run) {
    return run->made < run->known ? run->changes[run->made].at : SIZE_MAX;
}

static struct run arguments(int count, char **words) {
    if (count != 6) {
        fprintf(stderr, "usage: %s TRACE CGROUP LIMIT_PAGES anon|shm AGE_EVERY\n", words[0]);
        exit(2);
    }
    find_page_size();
    return (struct run){.trace = words[1], .cgroup = words[2], .limit = atol(words[3]),
        .shm = !strcmp(words[4], "shm"), .age_every = atol(words[5])};
}

// The size of the region that the trace needs.
static void measure_trace(struct run *run, const uint32_t *trace) {
    uint32_t last = 0;
    for (size_t i = 0; i < run->accesses; i++) {
        uint32_t page = trace[i] & ~WRITE;
        if (page > last) last = page;
    }
    run->pages = (size_t)last + 1;
    run->bytes = round_up(run->pages * PAGE);
}

// From here on the task is in the cgroup, under its limit, and is measured; where programs take turns, from its first on.
static void begin(struct run *run) {
    char bytes[32];
#ifdef COUNT_EVENTS
    count_events();
#endif
    run->turns = join_turns();
    snprintf(bytes, sizeof bytes, "%lu", run->limit * PAGE);
    run->tables = malloc(TABLES * sizeof *run->tables);
    memset(run->tables, 1, TABLES * sizeof *run->tables);   // its pages are not the cgroup's
    if (write_text(in_cgroup(run->cgroup, "memory.max"), bytes)) die("memory.max");
    // the cgroup's first three pages, as in the runs that validation/results.csv began with; where programs take turns
    // it is one of the heap instead
    static char vmstat[TEXT + IN_PAGE] __attribute__((aligned(4096))), memstat[TEXT] __attribute__((aligned(4096)));
    run->vmstat = vmstat + IN_PAGE;
    run->memstat = memstat;
    if (run->turns.length) {
        memset(vmstat, 1, sizeof vmstat);
        memset(memstat, 1, sizeof memstat);
    } else {
        read_changes(run);
    }
    wait_for_turn(&run->turns);
    if (write_text(in_cgroup(run->cgroup, "cgroup.procs"), "0")) die("cgroup.procs");
    // who takes turns under a common limit reads the statistics of the cgroup that has it
    run->stat_fd = open(in_cgroup(run->cgroup, run->turns.length ? "../memory.stat" : "memory.stat"), O_RDONLY);
    if (run->stat_fd < 0) die("memory.stat");
    read_text("/proc/vmstat", run->vmstat);
    read_text(in_cgroup(run->cgroup, "memory.stat"), run->memstat);
    if (run->turns.length) read_changes(run);
    getrusage(RUSAGE_SELF, &run->before);
    clock_gettime(CLOCK_MONOTONIC, &run->start);
}

static long major_faults(const struct run *run) {
    struct rusage now;
    getrusage(RUSAGE_SELF, &now);
    return now.ru_majflt - run->before.ru_majflt;
}

static void note_faults(struct run *run) {
    if (run->points < POINTS) run->faults[run->points++] = major_faults(run);
}

// Flushes the cgroup's statistics. Classic reclaim compares sizes of lists that are otherwise up to two seconds old,
// and is then killed by the OOM killer now and then. Notes how much of the memory is the kernel's own, when that changes.
static void read_statistics(struct run *run) {
    static char text[16384];
    int length = pread(run->stat_fd, text, sizeof text - 1, 0);
    if (length < 0) die("memory.stat");
    text[length] = 0;
    run->reads++;
    struct tables now = {.at = run->reads * STAT_EVERY};
    for (size_t i = 0; i < KINDS; i++) now.pages[i] = counter(text, KERNEL[i], strlen(KERNEL[i])) / (long)PAGE;
    bool same = run->noted && !memcmp(run->tables[run->noted - 1].pages, now.pages, sizeof now.pages);
    if (!same && run->noted < TABLES) run->tables[run->noted++] = now;
}

// The memcg's id and youngest generation, from the text of lru_gen.
static bool youngest(const char *cgroup, int *id, long *seq) {
    static char text[TEXT];
    if (read_text(LRU_GEN, text)) return false;
    for (char *line = text; line && *line; line = strchr(line, '\n'), line += line != 0) {
        char path[256];
        if (sscanf(line, "memcg %d %255s", id, path) != 2 || strcmp(path, cgroup)) continue;
        bool found = false;
        line = strchr(line, '\n') + 1;      // " node 0"
        while ((line = strchr(line, '\n')) && sscanf(line, "%ld", seq) == 1) {
            found = true;
            line++;
        }
        return found;
    }
    return false;
}

// One forced aging of the memcg: "+ memcg node max_gen can_swap force_scan".
static void age(struct run *run) {
    int id;
    long seq;
    char command[96];
    if (!youngest(run->cgroup + strlen(CGROUPS), &id, &seq)) {
        run->refused++;
        return;
    }
    snprintf(command, sizeof command, "+ %d 0 %ld 1 1\n", id, seq);
    if (write_text(LRU_GEN, command)) run->refused++;
    else run->agings++;
}

// Writes to lru_gen/enabled, between two readings of the cgroup's counters.
static void change(struct run *run) {
    struct change *this = &run->changes[run->made++];
    this->faults = major_faults(run);
    read_text(in_cgroup(run->cgroup, "memory.stat"), this->before);
    if (write_text(ENABLED, this->text)) die("lru_gen/enabled");
    read_text(in_cgroup(run->cgroup, "memory.stat"), this->after);
}

static void print_pages(const char *name, const char *text, const char *const *kinds) {
    printf(",\"%s\":{", name);
    for (const char *const *kind = kinds; *kind; kind++) {
        printf("%s\"%s\":%.10g", kind == kinds ? "" : ",", *kind, counter(text, *kind, strlen(*kind)) / (double)PAGE);
    }
    printf("}");
}

static void print_sizes(const char *name, const char *text) {
    static const char *const LISTS[] = {"inactive_anon", "active_anon", 0};
    print_pages(name, text, LISTS);
}

// Pages on the lists before and after each, and the counters up to it.
static void print_changes(const struct run *run) {
    printf(",\"switches\":[");
    for (int i = 0; i < run->made; i++) {
        const struct change *this = &run->changes[i];
        printf("%s{\"at\":%zu,\"wrote\":\"%s\",\"majflt\":%ld", i ? "," : "", this->at, this->text, this->faults);
        print_sizes("before", this->before);
        print_sizes("after", this->after);
        print_deltas("memcg", run->memstat, this->before);
        printf("}");
    }
    printf("]");
}

static void print_result(struct run *run) {
    static char vmstat[TEXT], memstat[TEXT], text[TEXT];
    struct timespec end;
    leave_turns(&run->turns);
    clock_gettime(CLOCK_MONOTONIC, &end);
    long faults = major_faults(run);
    read_text("/proc/vmstat", vmstat);
    read_text(in_cgroup(run->cgroup, "memory.stat"), memstat);
    read_text(in_cgroup(run->cgroup, "memory.current"), text);
    printf("{\"page_size\":%lu,\"sec_pagetables\":%ld,", PAGE, counter(memstat, "sec_pagetables", 14));
#ifdef COUNT_EVENTS
    print_events();
    printf(",");
#endif
    printf("\"accesses\":%zu,\"distinct\":%zu,\"mem_pages\":%ld,\"seconds\":%.3f,\"majflt\":%ld,"
           "\"current\":%ld,\"agings\":%ld,\"agings_refused\":%ld",
        run->accesses, run->distinct, run->limit,
        end.tv_sec - run->start.tv_sec + (end.tv_nsec - run->start.tv_nsec) / 1e9, faults, atol(text), run->agings,
        run->refused);
    print_deltas("vmstat", run->vmstat, vmstat);
    print_deltas("memcg", run->memstat, memstat);
    if (run->made) {
        print_sizes("end", memstat);
        print_changes(run);
    }
    static const char *const USES[] = {"anon", "file", "shmem", "swapcached", "kernel", "kernel_stack", "pagetables",
        "sec_pagetables", "percpu", "slab", 0};
    print_pages("memory", memstat, USES);
    printf(",\"tables\":[");
    for (int i = 0; i < run->noted; i++) {
        const struct tables *this = &run->tables[i];
        printf("%s[%zu", i ? "," : "", this->at);
        for (size_t k = 0; k < KINDS; k++) printf(",%ld", this->pages[k]);
        printf("]");
    }
    printf("],\"curve\":[");
    for (int i = 0; i < run->points; i++) printf("%s%ld", i ? "," : "", run->faults[i]);
    printf("]}\n");
    fflush(stdout);
    write_text(in_cgroup(CGROUPS, "cgroup.procs"), "0");
}
