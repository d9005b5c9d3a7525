package org.gleaner.lab.trace.container;

import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.List;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/// The members of an archive one after the other, as one stream of bytes.
final class Members extends InputStream {

    private final ZipFile archive;
    private final Iterator<ZipArchiveEntry> entries;
    private final Counting source;
    private InputStream member = InputStream.nullInputStream();

    /// @param source counts the packed bytes of each member that is opened
    Members(ZipFile archive, List<ZipArchiveEntry> entries, Counting source) {
        this.archive = archive;
        this.entries = entries.iterator();
        this.source = source;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        for (; ; ) {
            int read = member.read(into, from, length);
            if (read >= 0) {
                return read;
            }
            member.close();
            member = InputStream.nullInputStream();
            if (!entries.hasNext()) {
                return -1;
            }
            ZipArchiveEntry entry = entries.next();
            member = archive.getInputStream(entry);
            source.passed(Math.max(0, entry.getCompressedSize()));
        }
    }

    @Override
    public void close() throws IOException {
        member.close();
        archive.close();
    }
}
