// Programs under a common limit that take turns of so many accesses each, in an order that is always the same. They
// share a page of a file: whose turn it is, how many are ready, and who is through.
//
// TURNS=FILE,INDEX,COUNT,LENGTH in the environment; without it there are no turns. Who is through keeps what it has, as an
// idle guest does, until all are.
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>

#define NOBODY UINT_MAX

struct turns {
    volatile uint32_t *whose, *ready, *through;    // through: a bit for each
    uint32_t index, count;
    size_t length, next;
};

static void sleep_while(volatile uint32_t *word, uint32_t value) {
    while (*word == value) syscall(SYS_futex, word, FUTEX_WAIT, value, 0, 0, 0);
}

static void wake_all(volatile uint32_t *word) { syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, 0, 0, 0); }

// Takes part, once all that needs no limit is done.
static struct turns join_turns(void) {
    struct turns turns = {.next = SIZE_MAX};
    char path[128];
    const char *words = getenv("TURNS");
    if (!words) return turns;
    if (sscanf(words, "%127[^,],%u,%u,%zu", path, &turns.index, &turns.count, &turns.length) != 4) die("TURNS");
    int fd = open(path, O_RDWR);
    volatile uint32_t *page = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd < 0 || page == MAP_FAILED) die(path);
    turns.whose = page;
    turns.ready = page + 1;
    turns.through = page + 2;
    turns.next = turns.length;
    __atomic_add_fetch(turns.ready, 1, __ATOMIC_SEQ_CST);
    wake_all(turns.ready);
    for (uint32_t ready; (ready = *turns.ready) < turns.count;) sleep_while(turns.ready, ready);
    return turns;
}

static void wait_for_turn(const struct turns *turns) {
    if (!turns->length) return;
    for (uint32_t whose; (whose = *turns->whose) != turns->index;) sleep_while(turns->whose, whose);
}

// After how many accesses this one's turn ends.
static inline size_t next_turn(const struct turns *turns) { return turns->next; }

static void hand_on(const struct turns *turns) {
    uint32_t next = turns->index;
    do next = (next + 1) % turns->count;
    while (next != turns->index && *turns->through >> next & 1);
    *turns->whose = *turns->through >> next & 1 ? NOBODY : next;
    wake_all(turns->whose);
}

static void pass_turn(struct turns *turns) {
    turns->next += turns->length;
    hand_on(turns);
    wait_for_turn(turns);
}

// This one is through; returns when all are.
static void leave_turns(const struct turns *turns) {
    if (!turns->length) return;
    *turns->through |= 1u << turns->index;
    hand_on(turns);
    for (uint32_t whose; (whose = *turns->whose) != NOBODY;) sleep_while(turns->whose, whose);
}
