package io.tpmkeeper.agent.libvirt;

import io.tpmkeeper.agent.place.PlaceException;
import io.tpmkeeper.agent.place.PlacedDomain;
import io.tpmkeeper.protocol.host.Activity;
import io.tpmkeeper.protocol.hostfile.DomainPaths;
import io.tpmkeeper.protocol.hostfile.DomainUuid;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * Reads a domain's XML. libvirt keeps an owner's metadata word for word, CDATA included, so text that looks like elements can
 * stand anywhere (libvirt 9.0, measured): only elements count, each at its exact place below {@code <domain>}.
 */
final class DomainXml {
    /** The namespace of our element in a domain's metadata. */
    static final String OWNER_NAMESPACE = "https://tpmkeeper.io/domain/v1";

    private final Path swtpm;
    private final Path nvrams;

    /**
     * @param swtpm libvirt's default for TPM state
     * @param nvrams libvirt's default for NVRAM, where the XML names none yet
     */
    DomainXml(Path swtpm, Path nvrams) {
        this.swtpm = swtpm;
        this.nvrams = nvrams;
    }

    PlacedDomain read(String xml, Activity activity) throws PlaceException {
        Element domain = parse(xml);
        String name = text(domain, "name").orElseThrow(() -> new PlaceException("domain XML without a name"));
        String uuid = text(domain, "uuid").orElse("").toLowerCase(Locale.ROOT);
        if (!DomainUuid.isOne(uuid)) {
            throw new PlaceException("domain XML without a UUID");
        }
        if (name.indexOf('\n') >= 0) {
            throw new PlaceException("domain XML with a line break in its name");
        }
        String refused = null;
        String tpm = null;
        String nvram = null;
        String firmware = null;
        Optional<Element> emulated = tpm(domain);
        if (emulated.isPresent()) {
            try {
                tpm = tpmDirectory(emulated.get(), uuid);
                Optional<Element> os = child(domain, "os");
                nvram = os.isPresent() ? nvram(os.get(), name) : null;
                firmware = os.flatMap(o -> text(o, "loader"))
                        .filter(p -> p.startsWith("/"))
                        .orElse(null);
            } catch (RefusedXmlException e) {
                refused = e.getMessage();
                tpm = null;
                nvram = null;
            }
        }
        return new PlacedDomain(
                uuid,
                new DomainPaths(name, tpm, nvram, firmware),
                activity,
                owner(domain).orElse(null),
                refused);
    }

    private static final class RefusedXmlException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedXmlException(String message) {
            super(message);
        }
    }

    private static Optional<Element> tpm(Element domain) {
        return child(domain, "devices").flatMap(devices -> child(devices, "tpm"));
    }

    private String tpmDirectory(Element tpm, String uuid) throws RefusedXmlException {
        Element backend = child(tpm, "backend").orElseThrow(() -> new RefusedXmlException("The TPM has no backend."));
        if (!backend.getAttribute("type").equals("emulator")) {
            throw new RefusedXmlException(
                    "The TPM is of type '%s': its state is not on this host.".formatted(backend.getAttribute("type")));
        }
        if (backend.getAttribute("version").equals("1.2")) {
            throw new RefusedXmlException("The TPM is of version 1.2, which is not supported.");
        }
        Optional<Element> source = child(backend, "source");
        if (source.isEmpty()) {
            return swtpm.resolve(uuid).resolve("tpm2").toString();
        }
        if (!source.get().getAttribute("type").equals("dir")) {
            throw new RefusedXmlException("The TPM's state is a single file (source type '%s'), which is not supported."
                    .formatted(source.get().getAttribute("type")));
        }
        return absolute(source.get().getAttribute("path"), "TPM");
    }

    private @Nullable String nvram(Element os, String name) throws RefusedXmlException {
        Optional<Element> nvram = child(os, "nvram");
        if (nvram.isEmpty()) {
            boolean efi = os.getAttribute("firmware").equals("efi")
                    || child(os, "loader")
                            .filter(l -> l.getAttribute("type").equals("pflash"))
                            .isPresent();
            return efi ? nvrams.resolve(name + "_VARS.fd").toString() : null;
        }
        Element element = nvram.get();
        String type = element.getAttribute("type");
        if (!type.isEmpty() && !type.equals("file")) {
            throw new RefusedXmlException("The NVRAM is of type '%s', only a file is supported.".formatted(type));
        }
        String format = element.getAttribute("format");
        if (!format.isEmpty() && !format.equals("raw")) {
            throw new RefusedXmlException("The NVRAM has the format '%s', only raw is supported.".formatted(format));
        }
        Optional<String> path = child(element, "source")
                .map(s -> s.getAttribute("file"))
                .or(() -> Optional.of(own(element)))
                .filter(p -> !p.isEmpty());
        return path.isPresent()
                ? absolute(path.get(), "NVRAM")
                : nvrams.resolve(name + "_VARS.fd").toString();
    }

    private static String absolute(String path, String what) throws RefusedXmlException {
        if (!path.startsWith("/")
                || path.indexOf('\n') >= 0
                || !Path.of(path).normalize().toString().equals(path)) {
            throw new RefusedXmlException("The path of the %s is not absolute and plain.".formatted(what));
        }
        return path;
    }

    private static Optional<String> owner(Element domain) {
        Optional<Element> metadata = child(domain, "metadata");
        if (metadata.isEmpty()) {
            return Optional.empty();
        }
        List<String> owners = new ArrayList<>();
        for (Node node = metadata.get().getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element
                    && OWNER_NAMESPACE.equals(element.getNamespaceURI())
                    && "owner".equals(element.getLocalName())) {
                owners.add(element.getAttribute("namespace"));
            }
        }
        return owners.size() == 1 && !owners.getFirst().isEmpty() ? Optional.of(owners.getFirst()) : Optional.empty();
    }

    private static Element parse(String xml) throws PlaceException {
        Element root = GuardedXml.parse("domain XML", xml);
        if (!root.getTagName().equals("domain")) {
            throw new PlaceException("XML of no domain");
        }
        return root;
    }

    private static Optional<Element> child(Element parent, String name) {
        return GuardedXml.children(parent, name).findFirst();
    }

    private static Optional<String> text(Element parent, String name) {
        return child(parent, name).map(DomainXml::own).filter(t -> !t.isEmpty());
    }

    private static String own(Element element) {
        return element.getTextContent().strip();
    }
}
