// Touches a number of pages once in a memory cgroup, says so by making a file, and idles: occupy CGROUP PAGES FILE [lock]
#include "region.h"

int main(int count, char **words) {
    if (count < 4) {
        fprintf(stderr, "usage: %s CGROUP PAGES FILE [lock]\n", words[0]);
        return 2;
    }
    find_page_size();
    size_t pages = atol(words[2]);
    char *base = map_anonymous(round_up(pages * PAGE), false);
    if (write_text(in_cgroup(words[1], "cgroup.procs"), "0")) die("cgroup.procs");
    for (size_t page = 0; page < pages; page++) touch_first((volatile uint32_t *)(base + page * PAGE), page);
    if (count > 4 && mlock(base, pages * PAGE)) die("mlock");
    close(open(words[3], O_CREAT | O_WRONLY, 0600));
    for (;;) pause();
}
