package io.tpmkeeper.agent.cluster;

import io.tpmkeeper.protocol.host.ChooseSource;
import java.util.List;
import java.util.Map;

/** A capture to send. @param name the same for the same capture, so that sending it twice does nothing */
public record Upload(
        String name, String domainUuid, Map<String, byte[]> data, boolean online, List<ChooseSource.Step> steps) {}
