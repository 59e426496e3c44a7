package io.tpmkeeper.protocol.hostfile;

import java.util.regex.Pattern;

/** The only form in which a domain's UUID names anything on a host. */
public final class DomainUuid {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private DomainUuid() {}

    public static boolean isOne(String text) {
        return FORM.matcher(text).matches();
    }
}
