// Touches pages at known places, as it is told: a list of words.
//   w N   writes pages 0 to N-1 of the region, in order      r N   reads them
//   u N   writes them, in descending order                   t N   a thread does w N
//   f     the rest is done by a child, which is waited for   x     the rest is done by itself, executed again
//   k     kills itself                                       z     sleeps for ever
//   c     closes all descriptors that it did not open        i     reads a page from /dev/zero into page 0
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile char *const region = (volatile char *)0x10000000000;

static void *threaded(void *pages) {
    for (size_t i = 0; i < (size_t)pages; i++)
        region[i << 12] = 1;
    return NULL;
}

int main(int argc, char **argv) {
    mmap((void *)region, 1 << 26, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    char last = 0;
    for (int i = 1; i < argc; i++) {
        char act = last = argv[i][0];
        size_t n = strchr("wrut", act) && i + 1 < argc ? strtoul(argv[++i], NULL, 10) : 0;
        char sum = 0;
        pthread_t thread;
        switch (act) {
        case 'w':
            threaded((void *)n);
            break;
        case 'r':
            for (size_t p = 0; p < n; p++)
                sum += region[p << 12];
            break;
        case 'u':
            while (n--)
                region[n << 12] = 1;
            break;
        case 't':
            pthread_create(&thread, NULL, threaded, (void *)n);
            pthread_join(thread, NULL);
            break;
        case 'f': {
            int status = 0;
            pid_t child = fork();
            if (child) {
                waitpid(child, &status, 0);
                return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
            }
            break;
        }
        case 'x':
            argv[i] = argv[0];
            execv("/proc/self/exe", argv + i);
            execv(argv[0], argv + i);
            return 98;
        case 'i': {
            int zero = open("/dev/zero", O_RDONLY);
            if (read(zero, (void *)region, 4096) != 4096)
                return 97;
            close(zero);
            break;
        }
        case 'c':
            for (int fd = 3; fd < 1 << 20; fd++)
                close(fd);
            break;
        case 'k':
            raise(SIGKILL);
            break;
        case 'z':
            pause();
            break;
        default:
            return 96;
        }
    }
    return last == 'r' ? 7 : 0;
}
