package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.workload.Workload;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class BoardDataTest {
    @Test
    void eightBoardsHaveTheirNetworks() throws IOException {
        LatencyDataset data = BoardData.boards();
        assertThat(data.problems()).isEmpty();
        Map<String, List<LatencyRecord>> boards =
                data.group(entry -> entry.device().device());
        assertThat(boards).hasSize(8);
        assertThat(boards.values()).allSatisfy(records -> assertThat(records).hasSizeBetween(25, 27));
        assertThat(data.group(LatencyRecord::model)).hasSize(27);
    }

    @Test
    void aNetworkIsTheSameWorkOnAllBoards() throws IOException {
        BoardData.boards().group(LatencyRecord::model).forEach((model, records) -> {
            List<Workload> works =
                    records.stream().map(LatencyRecord::work).distinct().toList();
            assertThat(works).as(model).hasSize(1);
            assertThat(works.get(0).total().flops().orElseThrow()).as(model).isPositive();
        });
    }

    @Test
    void encodersAreInTheOrderOfTheirSource() throws IOException {
        for (String device : List.of("raspberry-pi-4", "xeon")) {
            LatencyDataset data = BoardData.encoders(device);
            assertThat(data.problems()).isEmpty();
            assertThat(data.records()).hasSize(300);
        }
        assertThat(BoardData.encoders("raspberry-pi-4").records().stream()
                        .limit(2)
                        .map(LatencyRecord::model)
                        .collect(Collectors.toList()))
                .containsExactly("enc-512-1888-4", "enc-512-1696-4");
    }
}
