// Touches a number of pages once in a memory cgroup, says so by making a file, and idles: occupy CGROUP PAGES FILE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096ul
#define TABLE (2ul << 20)      // what one page table maps

int main(int count, char **words) {
    if (count != 4) {
        fprintf(stderr, "usage: %s CGROUP PAGES FILE\n", words[0]);
        return 2;
    }
    size_t pages = atol(words[2]), bytes = (pages * PAGE + TABLE - 1) & ~(TABLE - 1);
    uintptr_t at = (uintptr_t)mmap(0, bytes + TABLE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *base = mmap((void *)((at + TABLE - 1) & ~(TABLE - 1)), bytes, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
    madvise(base, bytes, MADV_NOHUGEPAGE);
    // One entry of the zero page in each page table, so that the cgroup pays for the pages only.
    for (size_t byte = 0; byte < bytes; byte += TABLE) (void)*(volatile char *)(base + byte);

    char procs[512];
    snprintf(procs, sizeof procs, "%s/cgroup.procs", words[1]);
    int fd = open(procs, O_WRONLY);
    if (fd < 0 || write(fd, "0", 1) != 1) {
        perror(procs);
        return 1;
    }
    for (size_t page = 0; page < pages; page++)
        for (int k = 0; k < 16; k++)
            ((volatile uint32_t *)(base + page * PAGE))[k * 61] = page * 2654435761u + k;
    close(open(words[3], O_CREAT | O_WRONLY, 0600));
    for (;;) pause();
}
