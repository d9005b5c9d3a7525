// A process with a hot and a cold half: of 4,096 pages, all written to once, the lower 2,048 are read
// again and again, and every fourth of them is written to.
//   split   its mapping is one area for every 64 pages: every other piece is left out of core dumps
//   watch   its writes are tracked: userfaultfd, asynchronous write protection (Linux 6.7)
//   whole   neither
// Says the number of its first page when it is ready.
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/userfaultfd.h>

enum { PAGES = 4096, PIECE = 64, PAGE = 4096 };

static int watch(char *memory) {
    int file = (int)syscall(SYS_userfaultfd, 02000000 | 04000);
    struct uffdio_api api = {.api = UFFD_API, .features = 1ull << 15 | 1ull << 13};
    struct uffdio_register all = {.range = {(uintptr_t)memory, PAGES * PAGE}, .mode = UFFDIO_REGISTER_MODE_WP};
    return file < 0 || ioctl(file, UFFDIO_API, &api) || ioctl(file, UFFDIO_REGISTER, &all);
}

int main(int argc, char **argv) {
    char *memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    madvise(memory, PAGES * PAGE, MADV_NOHUGEPAGE);
    memset(memory, 1, PAGES * PAGE);
    if (argc > 1 && !strcmp(argv[1], "split"))
        for (int i = 0; i < PAGES; i += 2 * PIECE)
            madvise(memory + i * PAGE, PIECE * PAGE, MADV_DONTDUMP);
    if (argc > 1 && !strcmp(argv[1], "watch") && watch(memory)) {
        puts("0");
        return 1;
    }
    printf("%lu\n", (unsigned long)((uintptr_t)memory / PAGE));
    fflush(stdout);
    for (volatile char sum = 0;;) {
        for (int i = 0; i < PAGES / 2; i++) {
            sum += memory[i * PAGE];
            if (i % 4 == 0)
                memory[i * PAGE]++;
        }
        usleep(2000);
    }
}
