package org.gleaner.bench.parse;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;

/// A generated trace of each format: accesses of 8 bytes to 4,096 pages at random, one write in
/// four, with what else the format's tool writes.
enum Input {
    LACKEY(true) {
        @Override
        String line(SplittableRandom random, long i) {
            return i % 4 != 0
                    ? "I  %08x,%d\n".formatted(0x4000000 + random.nextInt(1 << 16), 1 + i % 7)
                    : " %s %x,8\n".formatted(isWrite(random) ? "S" : "L", address(random));
        }
    },
    DRMEMTRACE_VIEW(true) {
        @Override
        String line(SplittableRandom random, long i) {
            return "%12d%12d:  W0.T872901 %-11s 8 byte(s) @ 0x%016x by PC 0x%016x\n"
                    .formatted(i, i / 2, isWrite(random) ? "write" : "read", address(random), i);
        }
    },
    MEMTRACE_SIMPLE(true) {
        @Override
        String line(SplittableRandom random, long i) {
            return "0x%x:  8, %s\n".formatted(address(random), isWrite(random) ? "w" : "r");
        }
    },
    PINATRACE(true) {
        @Override
        String line(SplittableRandom random, long i) {
            return "0x%x: %s 0x%x\n"
                    .formatted(0x7f85d3b88000L + i, isWrite(random) ? "W" : "R", address(random));
        }
    },
    PIN_RW(true) {
        @Override
        String line(SplittableRandom random, long i) {
            return " %s 0x%x\n".formatted(isWrite(random) ? "W" : "R", address(random));
        }
    },
    ADDRESS(true) {
        @Override
        String line(SplittableRandom random, long i) {
            return "%s 0x%x %d\n"
                    .formatted(isWrite(random) ? "s" : "l", 0xffffffffL & address(random), i % 9);
        }
    },
    DRAM_RW(true) {
        @Override
        String line(SplittableRandom random, long i) {
            return "0x%X %s  %d\n"
                    .formatted(
                            0xffffffffL & address(random), isWrite(random) ? "WRITE" : "READ", i);
        }
    },
    RAMULATOR_CPU(true) {
        @Override
        String line(SplittableRandom random, long i) {
            return "%d %d\n".formatted(i % 9, 0xffffffffL & address(random));
        }
    },
    QEMU_EXECLOG(true) {
        @Override
        String line(SplittableRandom random, long i) {
            return "0, 0x%x, 0xe78948, \"movq %%rsp, (%%rdi, %%rcx)\", %s, 0x%x\n"
                    .formatted(
                            0x4002841b70L + i, isWrite(random) ? "store" : "load", address(random));
        }
    },
    OSLAB(true) {
        @Override
        String line(SplittableRandom random, long i) {
            return "%s\t0x%08X\t8\n"
                    .formatted(isWrite(random) ? "write" : "readd", address(random));
        }
    },
    LIBCACHESIM_CSV(true) {
        @Override
        String line(SplittableRandom random, long i) {
            return (i == 0 ? "version,time,op,size,lbn\n" : "")
                    + "1,%d,%s,4096,%d\n"
                            .formatted(5633898 + i, isWrite(random) ? "2a" : "28", sector(random));
        }
    },
    LIBCACHESIM_TXT(true) {
        @Override
        String line(SplittableRandom random, long i) {
            return sector(random) + "\n";
        }
    },
    CSV(true) {
        @Override
        String line(SplittableRandom random, long i) {
            return (i == 0 ? "time,op,address,size\n" : "")
                    + "%d,%s,0x%x,8\n".formatted(i, isWrite(random) ? "W" : "R", address(random));
        }
    },
    MSR(true) {
        @Override
        String line(SplittableRandom random, long i) {
            return "%d,hm,%d,%s,%d,4096,%d\n"
                    .formatted(
                            128166372003061629L + i,
                            i / 1000 % 2,
                            isWrite(random) ? "Write" : "Read",
                            sector(random) * 512,
                            i % 99999);
        }
    },
    SPC(true) {
        @Override
        String line(SplittableRandom random, long i) {
            return "%d,%d,4096,%s,%d.%06d\n"
                    .formatted(
                            i / 1000 % 3,
                            sector(random),
                            isWrite(random) ? "w" : "r",
                            i / 1000,
                            i % 1000 * 1000);
        }
    },
    ARC(true) {
        @Override
        String line(SplittableRandom random, long i) {
            return sector(random) + " 8 0 " + i + "\n";
        }
    },
    TWITTER(true) {
        @Override
        String line(SplittableRandom random, long i) {
            return "%d,nz:u:eeW%d,11,%d,%d,%s,3600\n"
                    .formatted(
                            i / 1000,
                            random.nextInt(4096),
                            i % 500,
                            i % 99,
                            isWrite(random) ? "set" : "get");
        }
    },
    PERF_SCRIPT_ADDR(true) {
        @Override
        String line(SplittableRandom random, long i) {
            return "         python3 29595/29595 [00%d]  %d.%06d: page-faults:     %x\n"
                    .formatted(i % 4, 1394 + i / 1000000, i % 1000000, address(random));
        }
    },
    PERF_SCRIPT_MEM(true) {
        @Override
        String line(SplittableRandom random, long i) {
            return ("     memstress  3603/3603  [002] %d.%06d:  1000 cpu/mem-loads,ldlat=30/P:  %x "
                            + "  88000182 |OP %s|LVL L1 miss|SNP N/A|TLB Walker hit|LCK No|BLK  N/A"
                            + "   312   1000323d0\n")
                    .formatted(
                            3678 + i / 1000000,
                            i % 1000000,
                            address(random),
                            isWrite(random) ? "STORE" : "LOAD");
        }
    },
    MEMTIERD(true) {
        @Override
        String line(SplittableRandom random, long i) {
            return "%20d %8d %16x %8d %8d %8d\n"
                    .formatted(1764345600250140891L + i, 4242, address(random), 1, 5, i % 2);
        }
    },
    DAMON_PERF_SCRIPT(true) {
        @Override
        String line(SplittableRandom random, long i) {
            long start = address(random) & -4096L;
            return ("       kdamond.0  4452 [000] %d.%06d: damon:damon_aggregated:"
                            + " target_id=18446623435582458880 nr_regions=8 %d-%d: 3\n")
                    .formatted(82820 + i / 1000000, i % 1000000, start, start + 4096);
        }
    },
    DAMON_REPORT_RAW(true) {
        @Override
        String line(SplittableRandom random, long i) {
            long start = address(random) & -4096L;
            return "%x-%x (   4.000 KiB)           1    -1\n".formatted(start, start + 4096);
        }
    },
    DAMON_JSON(true) {
        @Override
        byte[] make(int bytes) {
            byte[] regions = super.make(bytes);
            regions[regions.length - 2] = ' ';
            ByteArrayOutputStream all = new ByteArrayOutputStream(regions.length + 100);
            all.writeBytes(ascii("[{\"snapshots\": [{\"start_time\": \"1\", \"regions\": [\n"));
            all.writeBytes(regions);
            all.writeBytes(ascii("]}]}]\n"));
            return all.toByteArray();
        }

        @Override
        String line(SplittableRandom random, long i) {
            long start = address(random) & -4096L;
            return ("        {\"start\": \"%,d\",\n         \"end\": \"%,d\",\n         \"nr_accesses\":"
                            + " {\"samples\": 3, \"percent\": null},\n         \"age\": {\"usec\": null,"
                            + " \"aggr_intervals\": null}},\n")
                    .formatted(start, start + 4096);
        }
    },
    PAGEMAP_TEXT(true) {
        @Override
        String line(SplittableRandom random, long i) {
            return "%x\ta100000000%06x\n".formatted(address(random) >>> 12, i & 0xffffff);
        }
    },
    CHAMPSIM(false) {
        @Override
        void record(ByteBuffer into, SplittableRandom random, long i) {
            int at = into.position();
            into.position(at + 64);
            into.putLong(at, 0x401000 + i % 4096).putLong(at + 16, 0);
            into.putLong(at + (isWrite(random) ? 16 : 32), i % 3 == 0 ? address(random) : 0);
        }
    },
    CHAMPSIM_CLOUDSUITE(false) {
        @Override
        void record(ByteBuffer into, SplittableRandom random, long i) {
            int at = into.position();
            into.position(at + 96);
            into.putLong(at, 0x401000 + i % 4096);
            into.putLong(at + (isWrite(random) ? 24 : 56), i % 3 == 0 ? address(random) : 0);
        }
    },
    DRMEMTRACE(false) {
        @Override
        void record(ByteBuffer into, SplittableRandom random, long i) {
            int type = i % 1000 == 0 ? 28 : i % 3 != 0 ? 10 : isWrite(random) ? 1 : 0;
            into.putShort((short) type).putShort((short) (type == 28 ? 2 : 8));
            into.putLong(type == 28 ? 1_000_000 + i : address(random));
        }
    },
    GEM5(false) {
        @Override
        byte[] make(int bytes) {
            byte[] packets = super.make(bytes);
            byte[] head = {'g', 'e', 'm', '5', 5, 0x0a, 1, 'm', 0x10, 0};
            byte[] all = Arrays.copyOf(head, head.length + packets.length);
            System.arraycopy(packets, 0, all, head.length, packets.length);
            return all;
        }

        @Override
        void record(ByteBuffer into, SplittableRandom random, long i) {
            int at = into.position();
            into.put((byte) 0).put((byte) 0x08);
            varint(into, i * 500);
            into.put((byte) 0x10).put((byte) (isWrite(random) ? 4 : 1)).put((byte) 0x18);
            varint(into, 0xffffffffL & address(random));
            into.put((byte) 0x20).put((byte) 8).put((byte) 0x28);
            varint(into, 0x40);
            into.put(at, (byte) (into.position() - at - 1));
        }
    },
    U32(false) {
        @Override
        void record(ByteBuffer into, SplittableRandom random, long i) {
            into.putInt(random.nextInt(4096) | (isWrite(random) ? 1 << 31 : 0));
        }
    },
    INT32BE(false) {
        @Override
        void record(ByteBuffer into, SplittableRandom random, long i) {
            into.putInt(Integer.reverseBytes(random.nextInt(4096)));
        }
    },
    INT64BE(false) {
        @Override
        void record(ByteBuffer into, SplittableRandom random, long i) {
            into.putLong(random.nextInt(4096) * 0x9e3779b97f4a7c15L);
        }
    },
    ORACLEGENERAL(false) {
        @Override
        String label() {
            return "oracleGeneral";
        }

        @Override
        void record(ByteBuffer into, SplittableRandom random, long i) {
            into.putInt((int) (i / 1000)).putLong(sector(random)).putInt(4096).putLong(-1);
        }
    },
    VSCSI(false) {
        @Override
        void record(ByteBuffer into, SplittableRandom random, long i) {
            into.putInt((int) i).putInt(4096).putInt(1);
            into.putShort((short) (isWrite(random) ? 0x2a : 0x28)).putShort((short) 0x100);
            into.putLong(sector(random)).putLong(i);
        }
    },
    LCS(false) {
        @Override
        byte[] make(int bytes) {
            byte[] all = super.make(bytes);
            ByteBuffer head = ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN);
            Arrays.fill(all, 0, 8192, (byte) 0);
            head.putLong(0, 0x123456789abcdef0L).putLong(8, 1).putLong(8184, 0x123456789abcdef0L);
            return Arrays.copyOf(all, 8192 + (all.length - 8192) / 24 * 24);
        }

        @Override
        void record(ByteBuffer into, SplittableRandom random, long i) {
            into.putInt((int) (i / 1000)).putLong(sector(random)).putInt(4096).putLong(-1);
        }
    },
    PAGEMAP_BIN(false) {
        @Override
        void record(ByteBuffer into, SplittableRandom random, long i) {
            into.putLong(i % 3 == 0 ? 0xa100000000000000L | random.nextInt(1 << 24) : 0);
        }
    };

    private static final int LONGEST = 512;
    private static final int PAGES = 4096;

    private final boolean text;

    Input(boolean text) {
        this.text = text;
    }

    boolean isText() {
        return text;
    }

    /// The format's name.
    String label() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    /// Whole records of about that many bytes.
    byte[] make(int bytes) {
        ByteBuffer into = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        SplittableRandom random = new SplittableRandom(ordinal());
        for (long i = 0; into.remaining() > LONGEST; i++) {
            if (text) {
                into.put(ascii(line(random, i)));
            } else {
                record(into, random, i);
            }
        }
        return Arrays.copyOf(into.array(), into.position());
    }

    /// The lines of record `i`.
    String line(SplittableRandom random, long i) {
        throw new UnsupportedOperationException();
    }

    /// Writes record `i`.
    void record(ByteBuffer into, SplittableRandom random, long i) {
        throw new UnsupportedOperationException();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static boolean isWrite(SplittableRandom random) {
        return random.nextInt(4) == 0;
    }

    private static long address(SplittableRandom random) {
        return 0x7ffe7d000000L + random.nextInt(PAGES) * 4096L + random.nextInt(500) * 8;
    }

    private static long sector(SplittableRandom random) {
        return 31_954_536 + random.nextInt(PAGES) * 8L;
    }

    private static void varint(ByteBuffer into, long value) {
        long rest = value;
        for (; rest >= 0x80; rest >>>= 7) {
            into.put((byte) (rest | 0x80));
        }
        into.put((byte) rest);
    }
}
