package io.tpmkeeper.agent.libvirt;

import io.tpmkeeper.agent.place.PlaceException;
import java.io.IOException;
import java.io.StringReader;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.ErrorHandler;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/** Parses XML that others wrote: no DTD, no entities, no more than a limit. */
final class GuardedXml {
    private static final int LIMIT = 4 * 1024 * 1024;

    private GuardedXml() {}

    /** @param what names it in the refusal, which quotes nothing of it */
    static Element parse(String what, String xml) throws PlaceException {
        if (xml.length() > LIMIT) {
            throw new PlaceException(what + " is larger than " + LIMIT + " characters");
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
            return builder.parse(new InputSource(new StringReader(xml))).getDocumentElement();
        } catch (SAXException | IOException | ParserConfigurationException e) {
            // The message may quote the owner's text.
            throw new PlaceException(what + " cannot be parsed (" + e.getClass().getSimpleName() + ")");
        }
    }

    /** Elements directly below, of this name and no namespace. */
    static Stream<Element> children(Element parent, String name) {
        return Stream.iterate(parent.getFirstChild(), node -> node != null, Node::getNextSibling)
                .filter(node -> node instanceof Element element
                        && element.getNamespaceURI() == null
                        && element.getTagName().equals(name))
                .map(Element.class::cast);
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
}
