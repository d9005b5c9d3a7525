// The plugin without QEMU: a stream of accesses made from a seed goes into its callbacks.
// usage: harness SOCKET WINDOW REFRESH SEED ACCESSES PAGES
#include "pagetrace.c"

static void (*memory)(unsigned, meminfo, uint64_t, void *);
static void (*at_exit)(plugin_id, void *);
static void (*translation)(plugin_id, struct qemu_plugin_tb *);

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, void (*f)(plugin_id, struct qemu_plugin_tb *)) { (void)id; translation = f; }
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *b, void (*f)(unsigned, void *), int r, void *u) { (void)b, (void)f, (void)r, (void)u; }
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *b) { (void)b; return 1; }
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *b, size_t i) { (void)b, (void)i; return NULL; }
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *i) { (void)i; return 0; }
void *qemu_plugin_insn_haddr(const struct qemu_plugin_insn *i) { (void)i; return NULL; }
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *i, void (*f)(unsigned, meminfo, uint64_t, void *), int r, int w, void *u) { (void)i, (void)r, (void)w, (void)u; memory = f; }
bool qemu_plugin_mem_is_store(meminfo m) { return m >> 8; }
unsigned qemu_plugin_mem_size_shift(meminfo m) { return m & 0xff; }
struct qemu_plugin_hwaddr *qemu_plugin_get_hwaddr(meminfo m, uint64_t a) { (void)m, (void)a; return NULL; }
bool qemu_plugin_hwaddr_is_io(const struct qemu_plugin_hwaddr *h) { (void)h; return false; }
uint64_t qemu_plugin_hwaddr_phys_addr(const struct qemu_plugin_hwaddr *h) { (void)h; return 0; }
void qemu_plugin_register_vcpu_syscall_cb(plugin_id id, void (*f)(plugin_id, unsigned, int64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t)) { (void)id, (void)f; }
void qemu_plugin_register_vcpu_syscall_ret_cb(plugin_id id, void (*f)(plugin_id, unsigned, int64_t, int64_t)) { (void)id, (void)f; }
void qemu_plugin_register_atexit_cb(plugin_id id, void (*f)(plugin_id, void *), void *u) { (void)id, (void)u; at_exit = f; }

int main(int argc, char **argv) {
    if (argc != 7)
        return 2;
    char socket[200], size[40], again[40], code[] = "code=off";
    snprintf(socket, sizeof socket, "socket=%s", argv[1]);
    snprintf(size, sizeof size, "window=%s", argv[2]);
    snprintf(again, sizeof again, "refresh=%s", argv[3]);
    char *options[] = {socket, size, again, code};
    plugin_info info = {.target = "none"};
    if (qemu_plugin_install(1, &info, 4, options))
        return 3;
    translation(1, NULL);
    uint64_t x = strtoull(argv[4], NULL, 10), pages = strtoull(argv[6], NULL, 10);
    for (uint64_t n = strtoull(argv[5], NULL, 10); n; n--) {
        // xorshift64, as the model in FilterTest; every 16th access goes far, the others stay near
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        uint64_t page = (x >> 60 ? (x >> 8) % (pages / 16 + 1) : (x >> 8) % pages);
        bool write = (x >> 4 & 7) == 0;
        memory((unsigned)(x >> 40 & 3), (meminfo)write << 8 | 3, page << 12 | (x & 0xff0), NULL);
    }
    at_exit(1, NULL);
    return 0;
}
