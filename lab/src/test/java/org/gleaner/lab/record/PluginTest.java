package org.gleaner.lab.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import org.gleaner.lab.BadInput;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The plugin's build, what it sends, and the QEMU that it needs.
final class PluginTest {

    @TempDir Path directory;

    @Test
    void itIsBuiltOnce() throws IOException {
        Compiled.assumeCompiler();
        Path cache = directory.resolve("cache");
        Path first = new Plugin(cache, Compiled.PATH).library(1);
        Files.setLastModifiedTime(first, FileTime.fromMillis(1000));

        assertThat(new Plugin(cache, SearchPath.of("")).library(1)).isEqualTo(first);
        assertThat(Files.getLastModifiedTime(first).toMillis()).isEqualTo(1000);
        assertThat(new Plugin(cache, Compiled.PATH).library(2)).isNotEqualTo(first);
        try (var files = Files.list(cache)) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void withoutACompilerItIsSaidWhatToInstall() {
        assertThatThrownBy(() -> new Plugin(directory, SearchPath.of("")).library(1))
                .isInstanceOf(BadInput.class)
                .hasMessage(
                        "the recorder's plugin: no C compiler on PATH to build it with; install one:"
                                + " apt-get install qemu-user gcc libc6-dev");
    }

    @Test
    void withoutHeadersItIsSaidWhatToInstall() throws IOException {
        script(
                "cc",
                "echo \"pagetrace.c:13:10: fatal error: dlfcn.h: No such file or directory\"; exit 1");
        assertThatThrownBy(() -> new Plugin(directory.resolve("cache"), path()).library(1))
                .hasMessageContaining(
                        "dlfcn.h: No such file or directory; install C's headers: apt-get")
                .hasMessageNotContaining("\n");
        try (var files = Files.list(directory.resolve("cache"))) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void aCacheThatCannotBeWrittenIsNamed() throws IOException {
        Compiled.assumeCompiler();
        Path file = Files.writeString(directory.resolve("file"), "");
        assertThatThrownBy(() -> new Plugin(file.resolve("cache"), Compiled.PATH).library(1))
                .hasMessageContaining("set XDG_CACHE_HOME to a directory that can be written");
    }

    @Test
    void withoutQemuItIsSaidWhatToInstall() {
        assertThatThrownBy(() -> Emulator.ofUserMode("x86_64", path()))
                .isInstanceOf(BadInput.class)
                .hasMessage(
                        "qemu-x86_64: is not on PATH; install it with apt-get install qemu-user gcc"
                                + " libc6-dev");
        assertThatThrownBy(() -> Emulator.ofMachine("qemu-system-x86_64", path()))
                .hasMessageContaining("apt-get install qemu-system-x86 gcc libc6-dev");
        assertThatThrownBy(() -> Emulator.ofMachine("ls", path()))
                .hasMessageContaining("is no qemu-system-...");
    }

    @Test
    void aQemuWithoutPluginsIsRefused() throws IOException {
        script("qemu-x86_64", "echo '-L path  QEMU_LD_PREFIX'");
        assertThatThrownBy(() -> Emulator.ofUserMode("x86_64", path()))
                .hasMessageStartingWith(
                        "qemu-x86_64: this QEMU was built without plugins; use one");
    }

    @Test
    void theInterfaceFollowsQemusVersion() throws IOException {
        assertThat(emulator("7.2.22 (Debian 1:7.2)")).isEqualTo(1);
        assertThat(emulator("8.2.0")).isEqualTo(1);
        assertThat(emulator("9.0.2")).isEqualTo(2);
        assertThat(emulator("10.0.3")).isEqualTo(2);
    }

    @Test
    void aMachineUnderKvmIsRefused() throws IOException {
        script("qemu-system-x86_64", "echo '-plugin [file=]<file>'; echo version 7.2.22");
        for (String words : List.of("-enable-kvm", "-accel kvm", "-machine q35,accel=kvm:tcg")) {
            List<String> command = List.of(("qemu-system-x86_64 " + words).split(" "));
            assertThatThrownBy(() ->
                            Launch.machine(
                                    command,
                                    new Filter(256, 65_536, true),
                                    new Plugin(directory, path()),
                                    path()))
                    .hasMessageContaining("under KVM the processor runs the guest");
        }
    }

    @Test
    void aStreamIsReadBlockByBlock() throws IOException {
        byte[] greeting = new byte[128];
        ByteBuffer.wrap(greeting).order(ByteOrder.nativeOrder()).putInt(0x31485047).putInt(17);
        greeting[12] = 'a';
        byte[] block = block(2, 3);
        byte[] all = new byte[128 + block.length];
        System.arraycopy(greeting, 0, all, 0, 128);
        System.arraycopy(block, 0, all, 128, block.length);
        PluginStream stream = stream(all);

        assertThat(stream.greeting()).isEqualTo(new PluginStream.Greeting(17, false, "a"));
        assertThat(stream.next()).isTrue();
        assertThat(stream.count()).isEqualTo(2);
        assertThat(stream.totals().accesses()).isEqualTo(9);
        Collected seen = new Collected();
        stream.to(seen, 100);
        assertThat(seen.accesses)
                .containsExactly(
                        new Collected.Access(0, 3, 900, 0, true),
                        new Collected.Access(0, 3, 900, 1, true));
        assertThat(stream.next()).isFalse();
    }

    @Test
    void whatIsNoStreamIsNotBelieved() {
        byte[] block = block(2, 0);
        assertThatThrownBy(() -> stream(Arrays.copyOf(block, block.length - 1)).next())
                .isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> stream(block(1 << 30, 0)).next()).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> stream(new byte[64]).next()).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> stream(new byte[128]).greeting()).isInstanceOf(IOException.class);
    }

    private static PluginStream stream(byte[] bytes) {
        return new PluginStream(Channels.newChannel(new ByteArrayInputStream(bytes)));
    }

    private static byte[] block(int count, long cpu) {
        ByteBuffer block =
                ByteBuffer.allocate(64 + 8 * Math.min(count, 9)).order(ByteOrder.nativeOrder());
        block.putInt(0, 0x31425047).putInt(4, count).putLong(8, 9).putLong(56, 1000);
        for (int i = 0; i < Math.min(count, 9); i++) {
            block.putLong(64 + 8 * i, i | 1L << 52 | cpu << 53);
        }
        return block.array();
    }

    private int emulator(String version) throws IOException {
        script("qemu-x86_64", "echo '-plugin  QEMU_PLUGIN'; echo 'qemu version " + version + "'");
        return Emulator.ofUserMode("x86_64", path()).plugInterface();
    }

    private SearchPath path() {
        return new SearchPath(List.of(directory));
    }

    private void script(String name, String text) throws IOException {
        Path file = Files.writeString(directory.resolve(name), "#!/bin/sh\n" + text + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }
}
