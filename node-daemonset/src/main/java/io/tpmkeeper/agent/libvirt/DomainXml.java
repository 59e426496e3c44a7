package io.tpmkeeper.agent.libvirt;

import io.tpmkeeper.agent.place.PlaceException;
import io.tpmkeeper.agent.place.PlacedDomain;
import io.tpmkeeper.protocol.host.Activity;
import io.tpmkeeper.protocol.hostfile.DomainPaths;
import io.tpmkeeper.protocol.hostfile.DomainUuid;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.ErrorHandler;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/**
 * Reads a domain's XML. libvirt keeps an owner's metadata word for word, CDATA included, so text that looks like elements can
 * stand anywhere (libvirt 9.0, measured): only elements count, each at its exact place below {@code <domain>}.
 */
final class DomainXml {
    /** The namespace of our element in a domain's metadata. */
    static final String OWNER_NAMESPACE = "https://tpmkeeper.io/domain/v1";

    private static final int LIMIT = 4 * 1024 * 1024;

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
        if (xml.length() > LIMIT) {
            throw new PlaceException("domain XML is larger than " + LIMIT + " characters");
        }
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_DTD, "");
            factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
            factory.setXIncludeAware(false);
            factory.setExpandEntityReferences(false);
            factory.setNamespaceAware(true);
            DocumentBuilder builder = factory.newDocumentBuilder();
            builder.setErrorHandler(new Strict());
            Element root = builder.parse(new InputSource(new StringReader(xml))).getDocumentElement();
            if (!root.getTagName().equals("domain")) {
                throw new PlaceException("XML of no domain");
            }
            return root;
        } catch (SAXException | IOException | ParserConfigurationException e) {
            // The message may quote the owner's text.
            throw new PlaceException(
                    "domain XML cannot be parsed (" + e.getClass().getSimpleName() + ")");
        }
    }

    private static final class Strict implements ErrorHandler {
        @Override
        public void warning(SAXParseException exception) {}

        @Override
        public void error(SAXParseException exception) throws SAXException {
            throw exception;
        }

        @Override
        public void fatalError(SAXParseException exception) throws SAXException {
            throw exception;
        }
    }

    private static Optional<Element> child(Element parent, String name) {
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element
                    && element.getNamespaceURI() == null
                    && element.getTagName().equals(name)) {
                return Optional.of(element);
            }
        }
        return Optional.empty();
    }

    private static Optional<String> text(Element parent, String name) {
        return child(parent, name).map(DomainXml::own).filter(t -> !t.isEmpty());
    }

    private static String own(Element element) {
        return element.getTextContent().strip();
    }
}
