using System.Reflection;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Tests.Remediation;

/// <summary>The steps are a closed set: a new case fails here until it has all arms.</summary>
public sealed class RemediationStepsTests
{
    private static readonly Type[] Cases = [.. typeof(RemediationStep).Assembly.GetTypes().Where(type =>
        type.IsSubclassOf(typeof(RemediationStep))).OrderBy(type => type.Name)];

    [Fact]
    public void Steps_AreTheseAndAllSealed()
    {
        Assert.Equal(["LinkBounce", "Reinit", "SetEee", "SetFeature", "SetPause"], Cases.Select(type => type.Name));
        Assert.All(Cases, type => Assert.True(type.IsSealed && type.IsNestedAssembly, type.Name));
    }

    [Fact]
    public void Steps_EachCase_HasAnArmInPlanAndVerify()
    {
        var facts = FeatureFixture.Of("e1000e").Facts;
        var without = Cases.Where(type => !Works(() => RemediationPlan.Interrupts(Make(type), facts,
            null))).Select(type => $"{type.Name} in {nameof(RemediationPlan.Interrupts)}")
            .Concat(Cases.Where(type => !Works(() => DeviceSettings.Mismatches([Make(type)],
                facts))).Select(type => $"{type.Name} in {nameof(DeviceSettings.Mismatches)}"));

        Assert.Empty(without);
    }

    [Fact]
    public void Steps_EachCase_CanBeInAPlan()
    {
        var facts = FeatureFixture.Of("e1000e").Facts;
        RemediationStep[] actions = [.. Cases.Where(type => type.GetConstructor(Type.EmptyTypes) is not null)
            .Select(Make)];
        var planned = actions.SelectMany(action => RemediationPlan.Create(facts, ["tso", "eee", "pause"], action,
            null).Steps).Select(step => step.GetType());

        Assert.Empty(Cases.Except(planned).Select(type => type.Name));
    }

    [Fact]
    public void Steps_EachCase_HasATextOfItsOwn() =>
        Assert.All(Cases, type => Assert.DoesNotContain("{", Make(type).ToString()!, StringComparison.Ordinal));

    private static RemediationStep Make(Type type)
    {
        var constructor = type.GetConstructors(BindingFlags.Public | BindingFlags.Instance).Single();
        return (RemediationStep)constructor.Invoke([.. constructor.GetParameters()
            .Select(parameter => parameter.ParameterType == typeof(bool) ? (object)false : "rx-gro")]);
    }

    private static bool Works(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (NotSupportedException)
        {
            return false;
        }
    }
}
