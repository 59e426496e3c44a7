package io.tpmkeeper.protocol.host;

import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.hostfile.Place;
import org.jspecify.annotations.Nullable;

/**
 * An entry to be made, fsynced, before the host file may say so.
 *
 * @param from what is copied; null: the domain's own files
 * @param entry as it must come out; a copy with another digest is thrown away and everything judged anew
 * @param how the run ended, if the entry is its end
 */
public record Capture(
        @Nullable Place from, Entry entry, @Nullable Ending how) {}
