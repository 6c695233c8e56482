package io.pepper.monitor;

import io.pepper.document.SafeText;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * The place of a node, as its owner states it: no service is asked for it. Immutable.
 *
 * @param city the city
 * @param country the country
 * @param continent the continent
 * @param latitude degrees north, -90 to 90
 * @param longitude degrees east, -180 to 180
 */
public record NodeLocation(
        Optional<String> city,
        Optional<String> country,
        Optional<String> continent,
        OptionalDouble latitude,
        OptionalDouble longitude) {
    /** No location. */
    public static final NodeLocation UNKNOWN = new NodeLocation(
            Optional.empty(), Optional.empty(), Optional.empty(), OptionalDouble.empty(), OptionalDouble.empty());

    private static final double POLE = 90;
    private static final double HALF_TURN = 180;

    /**
     * Creates a location.
     *
     * @param city the city
     * @param country the country
     * @param continent the continent
     * @param latitude degrees north, -90 to 90
     * @param longitude degrees east, -180 to 180
     * @throws IllegalArgumentException if a number is out of range
     */
    public NodeLocation {
        check("latitude", latitude, POLE);
        check("longitude", longitude, HALF_TURN);
    }

    private static void check(String what, OptionalDouble degrees, double most) {
        if (degrees.isPresent() && !(Math.abs(degrees.getAsDouble()) <= most)) {
            throw new IllegalArgumentException(
                    "the " + what + " " + degrees.getAsDouble() + " is not between -" + most + " and " + most);
        }
    }

    /**
     * Returns the location that texts describe.
     *
     * @param values texts by {@code city}, {@code country}, {@code continent}, {@code latitude} and {@code longitude};
     *     any may be missing
     * @return the location
     * @throws IllegalArgumentException if another name occurs, or a latitude or longitude is no number in its range
     */
    public static NodeLocation of(Map<String, String> values) {
        Map<String, String> rest = new TreeMap<>(values);
        NodeLocation location = new NodeLocation(
                Optional.ofNullable(rest.remove("city")),
                Optional.ofNullable(rest.remove("country")),
                Optional.ofNullable(rest.remove("continent")),
                degrees(rest, "latitude"),
                degrees(rest, "longitude"));
        if (!rest.isEmpty()) {
            throw new IllegalArgumentException(
                    "a location has no '" + SafeText.of(rest.keySet().iterator().next())
                            + "': it has city, country, continent, latitude and longitude");
        }
        return location;
    }

    private static OptionalDouble degrees(Map<String, String> values, String name) {
        String text = values.remove(name);
        if (text == null) {
            return OptionalDouble.empty();
        }
        if (!text.matches("[+-]?\\d{1,3}(\\.\\d{1,20})?")) {
            throw new IllegalArgumentException("the " + name + " '" + SafeText.of(text) + "' is no number of degrees");
        }
        return OptionalDouble.of(Double.parseDouble(text));
    }

    /** Returns the known values by their names. */
    Map<String, String> values() {
        Map<String, String> values = new TreeMap<>();
        city.ifPresent(text -> values.put("city", text));
        country.ifPresent(text -> values.put("country", text));
        continent.ifPresent(text -> values.put("continent", text));
        latitude.ifPresent(degrees -> values.put("latitude", String.valueOf(degrees)));
        longitude.ifPresent(degrees -> values.put("longitude", String.valueOf(degrees)));
        return values;
    }
}
