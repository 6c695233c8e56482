package io.pepper.predict;

import com.fasterxml.jackson.core.JsonGenerator;
import io.pepper.workload.KernelFamily;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** The measured work of each family in a predictor's file: by family, four amounts. */
final class EvidenceJson {
    private static final int AMOUNTS = 4;

    private EvidenceJson() {}

    static void write(JsonGenerator json, FamilyEvidence evidence) throws IOException {
        json.writeObjectFieldStart("families");
        for (Map.Entry<KernelFamily, FamilyEvidence.Most> entry :
                evidence.families().entrySet()) {
            FamilyEvidence.Most most = entry.getValue();
            json.writeArrayFieldStart(entry.getKey().name().toLowerCase(Locale.ROOT));
            json.writeNumber(most.kernelFlops());
            json.writeNumber(most.kernelBytes());
            json.writeNumber(most.flops());
            json.writeNumber(most.bytes());
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    static FamilyEvidence read(JsonReader json) throws IOException {
        Map<KernelFamily, FamilyEvidence.Most> families = new EnumMap<>(KernelFamily.class);
        json.object(name -> families.put(family(json, name), most(json)));
        return new FamilyEvidence(families);
    }

    private static KernelFamily family(JsonReader json, String name) throws IOException {
        for (KernelFamily family : KernelFamily.values()) {
            if (family.name().toLowerCase(Locale.ROOT).equals(name)) {
                return family;
            }
        }
        throw json.wrong("the family '" + name + "' is unknown to this library; train the predictor again");
    }

    private static FamilyEvidence.Most most(JsonReader json) throws IOException {
        double[] amounts = json.reals();
        if (amounts.length != AMOUNTS) {
            throw json.wrong(amounts.length + " amounts of a family, there are " + AMOUNTS);
        }
        for (double amount : amounts) {
            if (!(amount >= 0 && amount < Double.POSITIVE_INFINITY)) {
                throw json.wrong(amount + " is not finite and 0 or more");
            }
        }
        return new FamilyEvidence.Most(amounts[0], amounts[1], amounts[2], amounts[3]);
    }
}
