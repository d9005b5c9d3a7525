// A region of memory in a cgroup, as every program of the guest maps and touches it.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static unsigned long PAGE;      // the kernel's page size; see find_page_size
#define TABLE (PAGE * PAGE / 8) // what one page table maps

static void die(const char *what) {
    printf("{\"error\":\"%s: %s\"}\n", what, strerror(errno));
    fflush(stdout);
    exit(1);
}

// To be called before anything that counts in pages.
static void find_page_size(void) { PAGE = sysconf(_SC_PAGESIZE); }

static int write_text(const char *path, const char *text) {
    int fd = open(path, O_WRONLY);
    if (fd < 0) return -1;
    int wrote = write(fd, text, strlen(text)), error = errno;
    close(fd);
    errno = error;
    return wrote < 0 ? -1 : 0;
}

static char *in_cgroup(const char *cgroup, const char *file) {
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", cgroup, file);
    return path;
}

static size_t round_up(size_t bytes) {
    return (bytes + TABLE - 1) & ~(TABLE - 1);
}

static inline bool huge_pages(void) {
    const char *thp = getenv("THP");
    return thp && !strcmp(thp, "always");
}

// Address space that begins where a page table does.
static char *aligned(size_t bytes) {
    char *at = mmap(0, bytes + TABLE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return (char *)round_up((uintptr_t)at);
}

// Anonymous memory. In small pages with one entry of the zero page in each page table, so that the tables are there
// before a limit is; in huge ones the tables come later, and the cgroup pays for them.
static inline char *map_anonymous(size_t bytes, bool huge) {
    char *base = mmap(aligned(bytes), bytes, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) die("mmap");
    if (huge) return base;
    madvise(base, bytes, MADV_NOHUGEPAGE);
    for (size_t byte = 0; byte < bytes; byte += TABLE) (void)*(volatile char *)(base + byte);
    return base;
}

// The first touch of a page: a write, for a read would map the zero page; of words that do not compress to nothing.
static inline void touch_first(volatile uint32_t *words_of_page, uint32_t page) {
    for (int k = 0; k < 16; k++) words_of_page[k * 61] = page * 2654435761u + k;
}
