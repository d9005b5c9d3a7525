package org.gleaner.lab.trace;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Deflater;

/// A small file of each trace format, made by hand, and the accesses that it holds.
final class Specimens {

    private Specimens() {}

    /// @param format its label
    /// @param bytes of the file
    /// @param records in the format's own unit
    /// @param accesses in order: `r` or `w` and the page in hexadecimal, behind its space and a
    ///     colon where it is in one; keys by their text
    /// @param told whether the format is told by what is in the file
    record Specimen(String format, byte[] bytes, long records, String accesses, boolean told) {
        @Override
        public String toString() {
            return format;
        }
    }

    static List<Specimen> all() {
        return List.of(
                text(
                        "lackey",
                        4,
                        "r1ffeffe w1ffe w1fff w4025",
                        "==12== Lackey\nI  04001000,3\n L 1ffeffe6b8,8\n S 01ffeffc,8\nout\n"
                                + " M 04025fff,1\n"),
                text(
                        "pinatrace",
                        3,
                        "w7fffc7177 r602 w1",
                        "#\n# header\nRTN: .text\n0x7f85d3b852d3: W 0x7fffc7177908\n"
                                + "0x400810: R2 0x602040; TID: 7\n\n0x1: W  0x1fff 8 0x44\n#eof\n"),
                text("pin-rw", 3, "w7ffe7dfbf r2 r1", " W 0x7ffe7dfbfcc8\nR 8192\n R 0x1000\n"),
                text(
                        "address",
                        3,
                        "w1ffff r1ffff r20000",
                        "s 0x1fffff50 1\nl 0x1fffff58 2\nl 0x20000000 3 1 100\n"),
                binary("champsim", 3, "r7f001 r7f002 w7f003 w10", champsim(64, 16, 32, 2)),
                binary(
                        "champsim-cloudsuite",
                        3,
                        "r7f001 r7f002 w7f003 w10",
                        champsim(96, 24, 56, 4)),
                binary("drmemtrace", 7, "r7f001 w7f001 w7f002", drmemtrace(41, 1_000_000)),
                text(
                        "drmemtrace-view",
                        4,
                        "r7f8578000 wfff w1000",
                        "Output format:\n<--record#-> <--instr#->: <Wrkld.Tid> <record details>\n"
                                + "----------\n"
                                + "   1   0:  W0.T87 <marker: version 7>\n"
                                + "   2   1:  W0.T87 ifetch   2 byte(s) @ 0x00007f87 non-branch\n"
                                + "   3   1:  W0.T87 read     4 byte(s) @ 0x00007f8578000b70 by PC"
                                + " 0x1\n"
                                + "   4   1:  W0.T88 write    8 byte(s) @ 0x0000000000fffffc by PC"
                                + " 0x1\n"
                                + "View tool results:\n"),
                text(
                        "memtrace-simple",
                        3,
                        "w1fff000 r1fff000 r1fff001",
                        "Format: <data address>: <data size>, <(r)ead/(w)rite/opcode>\n"
                                + "0x401ab70:  4, mov\n0x1fff0006c8:  8, w\n0x1fff000ffe:  4, r\n"),
                text(
                        "oslab",
                        3,
                        "w1fff000 rfff r1000",
                        "readi\t0x0401AB70\t4\nwrite\t0x1FFF000728\t8\nreadd\t0xFFFFFF\t2\n"),
                binary("gem5", 4, "r80010 w80011 w80012", gem5()),
                text(
                        "dram-rw",
                        4,
                        "r2000d w1ff96 w12",
                        "0x2000D5C0 READ  30\n0x1FF96FC0 WRITE   160\n0x10 IFETCH 170\n"
                                + "0x12345 W\n"),
                text("ramulator-cpu", 2, "r13c6 r13e1 w1", "3 20734016\n1 20846400 4096\n"),
                text(
                        "qemu-execlog",
                        3,
                        "w4002826 r4002827 w4002828",
                        "0, 0x4002841b70, 0xe78948, \"movq %rsp, %rdi\"\n"
                                + "0, 0x4002841b73, 0xbf8e8, \"callq 0x2\", store, 0x4002826838\n"
                                + "1, 0x1, 0x2, \"movs\", load, 0x4002827000, RAM, store,"
                                + " 0x4002828000\n"),
                headless("u32", 3, "r7 w3 r7", words(7, 3 | 1 << 31, 7)),
                text(
                        "csv",
                        3,
                        "a:r1 a:w1 b:w1 b:w2",
                        "time;op;addr;bytes;pid\n1.5;Read;4096;0;a\n2;W;\"0x1000\";4;a\n"
                                + "2;store;8190;4;b\n"),
                binary("oracleGeneral", 5, "r5 r6 r5 r5 r7", oracleGeneral()),
                binary("oracleGeneralOpNS", 5, "r5 w6 r5 r5 w7", oracleGeneralOpNS()),
                binary("lcs", 3, "r5 w6 r5", lcs(3, 36, 20)),
                binary("lcs", 3, "r5 w6 r5", earlyLcs("<IQIIq", 28)),
                binary("vscsi", 3, "r1 w1 w2", vscsi1()),
                text(
                        "libcachesim-csv",
                        2,
                        "w51e3 w51e4 r1",
                        "version,time,op,size,lbn\n1,5633898,2a,8192,167704\n1,5633898,28,512,8\n"),
                headless(
                        "libcachesim-txt",
                        3,
                        "r5 rffffffffffffffff r5",
                        ascii("5\n18446744073709551615\n5")),
                text("lirs", 3, "r0 r1 r0", "0\n1\n*\n0\n"),
                headless("int32be", 3, "r5 rffffffff r5", be32(5, -1, 5)),
                headless("int64be", 2, "rffffffffffffffff r100000000", be64(-1, 1L << 32)),
                text("arc", 2, "r1 r2 r0", "8 9 0 0\n3 1 0 1\n"),
                text(
                        "msr",
                        3,
                        "hm.1:r1 hm.1:r2 prn.1:w1 hm.1:r1",
                        "128166372003061629,hm,1,Read,8190,4,100\n"
                                + "128166372003061630,prn,1,Write,4096,512,100\n"
                                + "128166372003061631,hm,1,Read,4096,0,100\n"),
                text(
                        "spc",
                        3,
                        "asu0:r1 asu2:w1 asu2:w2 asu0:r0",
                        "0,8,4096,r,0.034768\n 2 , 15 , 1024, W , 0.05\n0,0,512,R,0.1,extra\n"),
                text(
                        "twitter",
                        3,
                        "rnz:u:1 wnz:u:2 rnz:u:1",
                        "0,nz:u:1,6,107,4,get,3600\n0,nz:u:2,6,10,4,set,0\n1,nz:u:1,6,1,4,gets,0\n"),
                text("damon-json", 4, "r2 r3 r1 r2", damon()),
                packed("damon-json", 4, "r2 r3 r1 r2", damon()),
                text(
                        "damon-perf-script",
                        3,
                        "r1 r2 r9",
                        damonLine("2.5", "4096-12288: 1")
                                + damonLine("2.5", "12288-36864: 0 7")
                                + damonLine("3.5", "36864-40960: 20")),
                text(
                        "damon-report-raw",
                        3,
                        "r1 r2 rabcd",
                        "base_time_absolute: 8 m 59.809 s\ndata source: unknown\n\n"
                                + "monitoring_start:  0 ns\nmonitoring_end: 104.599 ms\n"
                                + "kdamond 0 / context 0 / scheme 0 / target id 0\n"
                                + "target_id: 18446623438842320000\nnr_regions: 3\n"
                                + "# start_addr     end_addr        length  nr_accesses   age\n"
                                + "1000-3000 (   8.000 KiB)           2    -1\n"
                                + "3000-9000 (  24.000 KiB)           0    -1\n"
                                + "abcd000-abce000 (  4.000 KiB)      1     3\n"),
                text(
                        "perf-script-addr",
                        2,
                        "ra84 r7f7f1dbee",
                        " Web Content 29595/29595 [000]  1394.248110: page-faults:       a84278\n"
                                + "  python3 29595/29595 [001]  1394.248143: page-faults:  "
                                + "7f7f1dbee110\n"),
                text(
                        "perf-script-mem",
                        2,
                        "r4032 w1fff000",
                        perfMem("40323d0", "LOAD") + perfMem("1fff000b36", "STORE")),
                text(
                        "memtierd",
                        3,
                        "r4000 r4001 w4028",
                        "          timestamp       pid             addr    pages     accs   writes\n"
                                + " 1764345600250140891     4242          4000000        2  32  0\n"
                                + " 1764345600250140891     4242          4002000        4   0  0\n"
                                + " 1764345600250140892     4242          4028000        1   5  1"),
                binary("pagemap-bin", 9, "r1 r8", pagemap()),
                text(
                        "pagemap-text",
                        3,
                        "r7f7f078e1 r7f7f078e7",
                        "7f7f078e1\ta100000000198ca5\n7f7f078e4\t4000000000000042\n"
                                + "7f7f078e7\ta10000000024b4be\n"),
                text(
                        "qemu-hotpages",
                        2,
                        "c4002826 c4002825",
                        "Addr, RCPUs, Reads, WCPUs, Writes\n"
                                + "0x0000004002826000, 0x0001, 3, 0x0001, 2\n"
                                + "0x0000004002825000, 0x0001, 1, 0x0000, 0\n"));
    }

    private static Specimen text(String format, long records, String accesses, String text) {
        return new Specimen(format, ascii(text), records, accesses, true);
    }

    private static Specimen binary(String format, long records, String accesses, byte[] bytes) {
        return new Specimen(format, bytes, records, accesses, true);
    }

    private static Specimen headless(String format, long records, String accesses, byte[] bytes) {
        return new Specimen(format, bytes, records, accesses, false);
    }

    private static Specimen packed(String format, long records, String accesses, String text) {
        Deflater deflater = new Deflater();
        deflater.setInput(ascii(text));
        deflater.finish();
        byte[] packed = new byte[1 << 16];
        int length = deflater.deflate(packed);
        deflater.end();
        return binary(format, records, accesses, Arrays.copyOf(packed, length));
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static ByteBuffer bytes(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] words(int... words) {
        ByteBuffer bytes = bytes(words.length * 4);
        bytes.asIntBuffer().put(words);
        return bytes.array();
    }

    private static byte[] be32(int... words) {
        ByteBuffer bytes = ByteBuffer.allocate(words.length * 4);
        bytes.asIntBuffer().put(words);
        return bytes.array();
    }

    private static byte[] be64(long... words) {
        ByteBuffer bytes = ByteBuffer.allocate(words.length * 8);
        bytes.asLongBuffer().put(words);
        return bytes.array();
    }

    /// Two loads, a branch, and two stores.
    private static byte[] champsim(int length, int destinations, int sources, int slots) {
        ByteBuffer bytes = bytes(3 * length);
        bytes.putLong(0, 0x401000).putLong(sources, 0x7f001000L);
        bytes.putLong(sources + 24, 0x7f002fffL);
        bytes.putLong(length, 0x401004).put(length + 8, (byte) 1).put(length + 9, (byte) 1);
        bytes.putLong(2 * length, 0x401020).putLong(2 * length + destinations, 0x7f003008L);
        bytes.putLong(2 * length + destinations + 8 * (slots - 1), 0x10000L);
        return bytes.array();
    }

    /// A header, a thread, a time, an instruction, a load, a store over the end of a page, and a
    /// footer.
    static byte[] drmemtrace(long thread, long micros) {
        ByteBuffer bytes = bytes(7 * 12);
        record(bytes, 25, 0, 1);
        record(bytes, 22, 4, thread);
        record(bytes, 28, 2, micros);
        record(bytes, 10, 3, 0x401000);
        record(bytes, 0, 8, 0x7f001008L);
        record(bytes, 1, 8, 0x7f001ffcL);
        record(bytes, 26, 0, 0);
        return bytes.array();
    }

    static void record(ByteBuffer bytes, int type, int size, long value) {
        bytes.putShort((short) type).putShort((short) size).putLong(value);
    }

    private static byte[] gem5() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ascii("gem5"));
        message(out, 0x0a, 1, 'm', 0x10, 0, 0x18, 0x80, 0xa0, 0x94, 0xa5, 0x8d, 0x1d);
        message(out, 0x08, 1, 0x10, 1, 0x18, 0xc0, 0x80, 0x84, 0x80, 8, 0x20, 0x40);
        message(out, 0x08, 2, 0x10, 1, 0x18, 0xc0, 0x80, 0x84, 0x80, 8, 0x28, 0x80, 0x02);
        message(out, 0x08, 3, 0x10, 4, 0x18, 0xf8, 0xbf, 0x84, 0x80, 8, 0x20, 0x40);
        message(out, 0x08, 4, 0x10, 7, 0x18, 0xf8, 0xbf, 0x84, 0x80, 8, 0x20, 0x40);
        return out.toByteArray();
    }

    private static void message(ByteArrayOutputStream out, int... bytes) {
        out.write(bytes.length);
        for (int b : bytes) {
            out.write(b);
        }
    }

    private static byte[] oracleGeneral() {
        ByteBuffer bytes = bytes(5 * 24);
        long[] ids = {5, 6, 5, 5, 7};
        long[] next = {3, -1, 4, -1, -1};
        for (int i = 0; i < ids.length; i++) {
            bytes.putInt(100 + i).putLong(ids[i]).putInt(512 * i).putLong(next[i]);
        }
        return bytes.array();
    }

    private static byte[] oracleGeneralOpNS() {
        ByteBuffer bytes = bytes(5 * 27);
        long[] ids = {5, 6, 5, 5, 7};
        byte[] operations = {1, 3, 2, 0, 8};
        long[] next = {3, -1, 4, -1, -1};
        for (int i = 0; i < ids.length; i++) {
            bytes.putInt(100 + i).putLong(ids[i]).putInt(512 * i).put(operations[i]);
            bytes.putShort((short) 9).putLong(next[i]);
        }
        return bytes.array();
    }

    /// With a header of 1,024 bytes, which says what its items are.
    static byte[] earlyLcs(String items, int item) {
        ByteBuffer bytes = bytes(1024 + 3 * item);
        bytes.putLong(0, 0x123456789abcdef0L).putLong(1016, 0x123456789abcdef0L);
        bytes.put(16, ascii(items));
        long[] ids = {5, 6, 5};
        byte[] operations = {12, 13, 1};
        for (int i = 0; i < ids.length; i++) {
            bytes.putInt(1024 + i * item, 7).putLong(1028 + i * item, ids[i]);
            bytes.put(1024 + i * item + 16, operations[i]);
        }
        return bytes.array();
    }

    static byte[] lcs(int version, int item, int operationAt) {
        ByteBuffer bytes = bytes(8192 + 3 * item);
        bytes.putLong(0, 0x123456789abcdef0L).putLong(8, version).putLong(24, 3);
        bytes.putLong(8184, 0x123456789abcdef0L);
        long[] ids = {5, 6, 5};
        byte[] operations = {12, 13, 1};
        for (int i = 0; i < ids.length; i++) {
            bytes.putInt(8192 + i * item, 7).putLong(8196 + i * item, ids[i]);
            if (operationAt > 0) {
                bytes.put(8192 + i * item + operationAt, operations[i]);
            }
        }
        return bytes.array();
    }

    /// A read, a command that is no access, and a write over the end of a page.
    private static byte[] vscsi1() {
        ByteBuffer bytes = bytes(3 * 32);
        int[] commands = {0x28, 0x35, 0x2a};
        int[] sectors = {8, 0, 15};
        for (int i = 0; i < commands.length; i++) {
            bytes.putInt(i).putInt(1024).putInt(1).putShort((short) commands[i]);
            bytes.putShort((short) 0x100).putLong(sectors[i]).putLong(1000 + i);
        }
        return bytes.array();
    }

    private static byte[] pagemap() {
        ByteBuffer bytes = bytes(9 * 8);
        bytes.putLong(8, 0xa100000000198ca5L).putLong(16, 0x4000000000000042L);
        bytes.putLong(64, 0x8180000000000000L);
        return bytes.array();
    }

    private static String damonLine(String time, String region) {
        return "  kdamond.0  4452 [000] "
                + time
                + ": damon:damon_aggregated: target_id=18446623435582458880 nr_regions=2 "
                + region
                + "\n";
    }

    private static String perfMem(String address, String operation) {
        return " mem stress 3603/3604  [002] 3678.072435:  1000 cpu/mem-loads,ldlat=30/P: "
                + address
                + "  88000182 |OP "
                + operation
                + "|LVL L1 miss|BLK  N/A   312   1000323d0\n";
    }

    /// Two records, the second of which has the earlier snapshot; numbers in every form.
    private static String damon() {
        return """
        [
          {"kdamond_idx": null, "target_id": 18446623438842320000, "snapshots": [
            {"start_time": "2000", "end_time": "3,000", "regions": [
              {"start": "4,096", "end": "12,288", "nr_accesses": {"samples": 3, "percent": null},
               "age": {"usec": null}},
              {"start": "12,288", "end": "20,480", "nr_accesses": {"samples": 0}}]}]},
          {"kdamond_idx": 0, "snapshots": [
            {"start_time": 1000, "regions": [
              {"start": "8 KiB", "end": 16384, "nr_accesses": 1, "sz_filter_passed": "0 B"},
              {"start": "0", "end": "8,192", "nr_accesses": {"samples": "0", "percent": null}}]}]}
        ]
        """;
    }
}
