using System.Net;
using Identity.Server.Languages;
using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace Identity.Server.Pages;

/// <summary>
/// <c>&lt;field name="..." label="..."&gt;</c>: an input with its label, its hint and what is wrong with it, tied together for those who
/// do not see them together. What is wrong comes from the model state (<see cref="FormPage"/>'s Wrong); every other attribute goes to
/// the input. A password can be shown where script runs.
/// </summary>
[HtmlTargetElement("field", TagStructure = TagStructure.WithoutEndTag)]
public sealed class FieldTagHelper : TagHelper
{
    /// <summary>The input's name, and its id unless <see cref="Id"/> is given.</summary>
    public required string Name { get; set; }

    public required string Label { get; set; }

    public string? Hint { get; set; }

    public string? Id { get; set; }

    /// <summary>The input's type. Default <c>text</c>.</summary>
    public string Type { get; set; } = "text";

    [ViewContext, HtmlAttributeNotBound]
    public ViewContext ViewContext { get; set; } = null!;

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        var id = Id ?? Name;
        var error = ViewContext.ModelState.TryGetValue(Name, out var state) && state.Errors.Count > 0 ? state.Errors[0].ErrorMessage : null;
        var input = new TagBuilder("input") { TagRenderMode = TagRenderMode.SelfClosing };
        foreach (var attribute in output.Attributes)
        {
            // Razor has encoded it already, and the tag is going to.
            input.Attributes[attribute.Name] = attribute.Value is HtmlString html ? WebUtility.HtmlDecode(html.Value) : attribute.Value?.ToString();
        }

        (input.Attributes["id"], input.Attributes["name"], input.Attributes["type"]) = (id, Name, Type);
        var describedBy = string.Join(' ', new[] { Hint is null ? null : $"{id}-hint", error is null ? null : $"{id}-error" }.OfType<string>());
        if (describedBy.Length > 0)
        {
            input.Attributes["aria-describedby"] = describedBy;
        }

        if (error is not null)
        {
            input.Attributes["aria-invalid"] = "true";
        }

        output.TagName = "div";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.Clear();
        output.Attributes.SetAttribute("class", error is null ? "field" : "field wrong");
        var label = new TagBuilder("label");
        label.Attributes["for"] = id;
        label.InnerHtml.Append(Label);
        output.Content.AppendHtml(label);
        Line(output, Hint, "hint", $"{id}-hint");
        Line(output, error, "error", $"{id}-error");
        output.Content.AppendHtml(Type is "password" ? Showing(input, id) : input);
    }

    private static void Line(TagHelperOutput output, string? text, string style, string id)
    {
        if (text is not null)
        {
            var line = new TagBuilder("p");
            line.AddCssClass(style);
            line.Attributes["id"] = id;
            line.InnerHtml.Append(text);
            output.Content.AppendHtml(line);
        }
    }

    // site.js unhides the button.
    private static TagBuilder Showing(TagBuilder input, string id)
    {
        var words = Words.Current;
        var button = new TagBuilder("button");
        (button.Attributes["type"], button.Attributes["class"], button.Attributes["hidden"], button.Attributes["data-shows"], button.Attributes["aria-pressed"]) = ("button", "show", "", id, "false");
        button.InnerHtml.Append(words["Show"]);
        button.Attributes["aria-label"] = words["Show the password"];
        var pair = new TagBuilder("div");
        pair.AddCssClass("secret");
        pair.InnerHtml.AppendHtml(input).AppendHtml(button);
        return pair;
    }
}
