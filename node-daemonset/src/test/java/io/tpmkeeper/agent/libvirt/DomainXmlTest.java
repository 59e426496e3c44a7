package io.tpmkeeper.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tpmkeeper.agent.place.PlaceException;
import io.tpmkeeper.agent.place.PlacedDomain;
import io.tpmkeeper.protocol.host.Activity;
import io.tpmkeeper.protocol.hostfile.DomainPaths;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DomainXmlTest {
    private static final String UUID = "5f0c6f0e-0000-4000-8000-000000000001";
    private static final String TPM = "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>";
    private static final String OWNER = "<k:owner xmlns:k='https://tpmkeeper.io/domain/v1' namespace='vms'/>";
    private static final String OS =
            "<os><type>hvm</type><loader type='pflash'>/usr/share/OVMF/OVMF_CODE.fd</loader><nvram>/n/vm1_VARS.fd</nvram></os>";

    private final DomainXml reader =
            new DomainXml(Path.of("/var/lib/libvirt/swtpm"), Path.of("/var/lib/libvirt/qemu/nvram"));

    private static String domain(String inside) {
        return "<domain type='qemu'>\n  <name>vm1</name>\n  <uuid>" + UUID + "</uuid>\n" + inside + "</domain>\n";
    }

    private PlacedDomain read(String inside) throws PlaceException {
        return reader.read(domain(inside), Activity.ACTIVE);
    }

    @Test
    void pathsComeFromTheirElements() throws PlaceException {
        assertThat(read("<metadata>" + OWNER + "</metadata>" + OS + "<devices>" + TPM + "</devices>"))
                .isEqualTo(new PlacedDomain(
                        UUID,
                        new DomainPaths(
                                "vm1",
                                "/var/lib/libvirt/swtpm/" + UUID + "/tpm2",
                                "/n/vm1_VARS.fd",
                                "/usr/share/OVMF/OVMF_CODE.fd"),
                        Activity.ACTIVE,
                        "vms",
                        null));
    }

    @Test
    void aStateDirectoryThatIsNamedIsTheOne() throws PlaceException {
        PlacedDomain domain = read(
                "<devices><tpm><backend type='emulator' version='2.0'><source type='dir' path='/srv/tpm/x'/></backend></tpm></devices>");
        assertThat(domain.paths().tpm()).isEqualTo("/srv/tpm/x");
        assertThat(domain.paths().nvram()).isNull();
    }

    @Test
    void anNvramThatIsNotNamedYetLiesAtLibvirtsDefault() throws PlaceException {
        assertThat(read("<os firmware='efi'><type>hvm</type></os><devices>" + TPM + "</devices>")
                        .paths()
                        .nvram())
                .isEqualTo("/var/lib/libvirt/qemu/nvram/vm1_VARS.fd");
    }

    @Test
    void whatAnOwnerWritesIntoTheMetadataPointsNowhere() throws PlaceException {
        String spoof = """
                <metadata><x:y xmlns:x='urn:x'><![CDATA[
                  </x:y></metadata>
                  <os>
                    <nvram>/evil</nvram>
                  </os>
                  <devices><tpm><backend type='emulator'><source type='dir' path='/evil'/></backend></tpm></devices>
                ]]><os><nvram>/evil</nvram></os>
                <devices><tpm><backend type='emulator'><source type='dir' path='/evil'/></backend></tpm></devices>
                <owner xmlns='https://tpmkeeper.io/domain/v1' namespace='stolen'/></x:y></metadata>
                """;
        PlacedDomain domain = read(spoof + OS + "<devices>" + TPM + "</devices>");
        assertThat(domain.paths().tpm()).isEqualTo("/var/lib/libvirt/swtpm/" + UUID + "/tpm2");
        assertThat(domain.paths().nvram()).isEqualTo("/n/vm1_VARS.fd");
        assertThat(domain.ownerNamespace()).as("not directly below metadata").isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<metadata><owner xmlns='urn:other' namespace='vms'/></metadata>",
                "<metadata>" + OWNER + OWNER + "</metadata>",
                "<description>" + OWNER + "</description>",
                "<metadata><![CDATA[" + OWNER + "]]></metadata>",
                "<metadata><!--" + OWNER + "--></metadata>"
            })
    void whatIsNotExactlyOurElementProvesNothing(String metadata) throws PlaceException {
        assertThat(read(metadata + "<devices>" + TPM + "</devices>").ownerNamespace())
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<devices><tpm><backend type='emulator' version='1.2'/></tpm></devices>",
                "<devices><tpm><backend type='passthrough'/></tpm></devices>",
                "<devices><tpm><backend type='external'/></tpm></devices>",
                "<devices><tpm/></devices>",
                "<devices><tpm><backend type='emulator'><source type='file' path='/x'/></backend></tpm></devices>",
                "<devices><tpm><backend type='emulator'><source type='dir' path='../x'/></backend></tpm></devices>",
                "<devices><tpm><backend type='emulator'><source type='dir' path='/a/../../x'/></backend></tpm></devices>",
                "<os><nvram format='qcow2'>/n</nvram></os><devices>" + TPM + "</devices>",
                "<os><nvram type='network'><source protocol='iscsi'/></nvram></os><devices>" + TPM + "</devices>"
            })
    void whatCannotBeKeptIsRefusedWithASentence(String inside) throws PlaceException {
        PlacedDomain domain = read(inside);
        assertThat(domain.refused()).endsWith(".");
        assertThat(domain.hasTpm()).isFalse();
    }

    @Test
    void aDomainWithoutTpmIsNoneOfOurs() throws PlaceException {
        PlacedDomain domain = read(OS);
        assertThat(domain.hasTpm()).isFalse();
        assertThat(domain.refused()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<!DOCTYPE domain [<!ENTITY e SYSTEM 'file:///etc/hostname'>]><domain><name>&e;</name></domain>",
                "<domain><name>vm1</name>",
                "<pool/>",
                "<domain><name>vm1</name><uuid>../../etc</uuid></domain>",
                ""
            })
    void whatIsNoPlainDomainXmlIsRefusedWhole(String xml) {
        assertThatThrownBy(() -> reader.read(xml, Activity.INACTIVE)).isInstanceOf(PlaceException.class);
    }
}
